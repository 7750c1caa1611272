import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { parseArgs } from 'node:util';
import { init, SagawardError, VALID_ACTION_PREFIXES, validateText, type ValidateOptions } from '../slim.js';
import type { Findings, Judgement } from './finding.js';
import { github } from './format/github.js';
import { json } from './format/json.js';
import { pretty } from './format/pretty.js';
import { sarif } from './format/sarif.js';
import { readSources, type Failure, type Source } from './sources.js';
import { UsageError, type Verb } from './usage.js';
import { judgeYaml } from './yaml.js';

/** Turns judgements into output as they come; `failures` is complete when they end. */
export type Format = (judgements: AsyncIterable<Judgement>, failures: readonly Failure[]) => AsyncIterable<string>;

const FORMATS: Readonly<Record<string, Format>> = { pretty, json, sarif, github };

const HELP = `Usage: sagaward validate [options] <file | directory | glob | -> ...

Judges saga definitions in JSON and YAML. A directory stands for every *.json,
*.yaml and *.yml below it (not in node_modules or hidden directories), a quoted
glob for what it matches, and - for standard input.

Options:
  --format <name>         pretty (default), json, sarif or github
  --collect-all           report semantic findings even beside structural ones
  --rule <name>=<level>   off, info, warning or error; may be repeated
  --action-prefix <text>  allow actions that start with it, besides the usual
                          ones; may be repeated
  --max-bytes <number>    how long a definition may be; 8388608 by default
  --warnings-as-errors    a warning makes a definition invalid
  --stdin-filename <name> what to call standard input; .json, .yaml or .yml
                          says its language
  -h, --help              this text

Colour: on a terminal only; NO_COLOR and FORCE_COLOR are respected.
Exit code: 0 valid, 1 invalid, 2 wrong usage or a file that cannot be read.
`;

const OPTIONS = {
  format: { type: 'string', default: 'pretty' },
  'collect-all': { type: 'boolean', default: false },
  rule: { type: 'string', multiple: true },
  'action-prefix': { type: 'string', multiple: true },
  'max-bytes': { type: 'string', default: String(8 * 1024 * 1024) },
  'warnings-as-errors': { type: 'boolean', default: false },
  'stdin-filename': { type: 'string', default: '<stdin>' },
} as const;

export const validate: Verb = {
  summary: 'judge saga definitions in JSON and YAML',
  help: HELP,
  async run(args) {
    const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
    if (positionals.length === 0) throw new UsageError('name a file, a directory, a glob, or - for standard input');
    const format = Object.hasOwn(FORMATS, values.format) ? FORMATS[values.format] : undefined;
    if (!format) throw new UsageError(`--format is ${Object.keys(FORMATS).join(', ')}; not "${values.format}"`);
    const maxBytes = size(values['max-bytes']);
    const options: ValidateOptions = {
      collectAll: values['collect-all'],
      rules: levels(values.rule ?? []),
      actionPrefixes: [...VALID_ACTION_PREFIXES, ...(values['action-prefix'] ?? [])],
      limits: { maxBytes },
    };
    // From its file: sooner there than out of the base64 that the default entry carries. The bundle lies beside it.
    init(readFileSync(new URL('sagaward.wasm', import.meta.url)));
    // Wrong options are wrong even when no file can be read.
    validateText('null', options);

    const failures: Failure[] = [];
    let invalid = false;
    async function* judgements(): AsyncGenerator<Judgement> {
      const sources = readSources(positionals, { stdinFilename: values['stdin-filename'], maxBytes }, failures);
      for await (const source of sources) {
        try {
          const judgement = judge(source, options, maxBytes, values['warnings-as-errors']);
          invalid ||= !judgement.valid;
          yield judgement;
        } catch (error) {
          // The other files can still be judged.
          if (!(error instanceof SagawardError)) throw error;
          failures.push({ file: source.file, problem: error.message });
        }
      }
    }
    for await (const text of format(judgements(), failures)) process.stdout.write(text);
    for (const { file, problem } of failures) process.stderr.write(`sagaward: ${file}: ${problem}\n`);
    if (failures.length > 0) return 2;
    return invalid ? 1 : 0;
  },
};

function levels(settings: readonly string[]): Record<string, string> {
  const rules: [string, string][] = settings.map((setting) => {
    const [name, level, ...more] = setting.split('=');
    if (!name || !level || more.length > 0) throw new UsageError(`--rule takes NAME=LEVEL; not "${setting}"`);
    return [name, level];
  });
  return Object.fromEntries(rules);
}

function size(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError(`--max-bytes is a number from 1 to 999999999; not "${text}"`);
  return Number(text);
}

function judge(
  { file, bytes }: Source,
  options: ValidateOptions,
  maxBytes: number,
  warningsAreErrors: boolean,
): Judgement {
  const text = new TextDecoder().decode(bytes);
  // The validator says that a document is too large; a parser would say that its end is missing.
  const yaml = bytes.length <= maxBytes && isYaml(file, text);
  const findings: Findings = yaml ? judgeYaml(bytes, text, options, maxBytes) : validateText(bytes, options);
  if (!warningsAreErrors) return { file, text, ...findings };
  const diagnostics = findings.diagnostics.map((finding) =>
    finding.severity === 'warning' ? { ...finding, severity: 'error' as const } : finding,
  );
  return { file, text, ...findings, diagnostics, valid: !diagnostics.some(({ severity }) => severity === 'error') };
}

function isYaml(file: string, text: string): boolean {
  const extension = extname(file).toLowerCase();
  if (extension === '.yaml' || extension === '.yml') return true;
  return extension !== '.json' && !/^\s*[[{]/.test(text);
}
