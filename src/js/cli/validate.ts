import { parseArgs } from 'node:util';
import { SagawardError } from '../slim.js';
import type { Judgement } from './finding.js';
import { github } from './format/github.js';
import { json } from './format/json.js';
import { pretty } from './format/pretty.js';
import { sarif } from './format/sarif.js';
import { judge, JUDGING, judging } from './judge.js';
import { readSources, type Failure } from './sources.js';
import { formatOf, UsageError, type Verb } from './usage.js';

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

const OPTIONS = { format: { type: 'string', default: 'pretty' }, ...JUDGING } as const;

export const validate: Verb = {
  summary: 'judge saga definitions in JSON and YAML',
  help: HELP,
  async run(args) {
    const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
    if (positionals.length === 0) throw new UsageError('name a file, a directory, a glob, or - for standard input');
    const format = formatOf(FORMATS, values.format);
    const options = judging(values);

    const failures: Failure[] = [];
    let invalid = false;
    async function* judgements(): AsyncGenerator<Judgement> {
      const sources = readSources(positionals, options, failures);
      for await (const source of sources) {
        try {
          const judgement = judge(source, options);
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
