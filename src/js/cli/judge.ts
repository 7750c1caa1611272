import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { init, VALID_ACTION_PREFIXES, validateText, type ValidateOptions } from '../slim.js';
import type { Judgement } from './finding.js';
import type { Source } from './sources.js';
import { UsageError } from './usage.js';
import { judgeYaml } from './yaml.js';

/** The options that say how a definition is judged. */
export const JUDGING = {
  'collect-all': { type: 'boolean', default: false },
  rule: { type: 'string', multiple: true },
  'action-prefix': { type: 'string', multiple: true },
  'max-bytes': { type: 'string', default: String(8 * 1024 * 1024) },
  'warnings-as-errors': { type: 'boolean', default: false },
  'stdin-filename': { type: 'string', default: '<stdin>' },
} as const;

interface Given {
  'collect-all': boolean;
  rule?: string[] | undefined;
  'action-prefix'?: string[] | undefined;
  'max-bytes': string;
  'warnings-as-errors': boolean;
  'stdin-filename': string;
}

export interface Judging {
  validation: ValidateOptions;
  maxBytes: number;
  warningsAreErrors: boolean;
  stdinFilename: string;
}

/** What the options ask for. Wrong ones are wrong even where no file can be read. */
export function judging(given: Given): Judging {
  const maxBytes = size(given['max-bytes']);
  const validation = {
    collectAll: given['collect-all'],
    rules: levels(given.rule ?? []),
    actionPrefixes: [...VALID_ACTION_PREFIXES, ...(given['action-prefix'] ?? [])],
    limits: { maxBytes },
  };
  loadCore();
  validateText('null', validation);
  return { validation, maxBytes, warningsAreErrors: given['warnings-as-errors'], stdinFilename: given['stdin-filename'] };
}

/** From its file: sooner there than out of the text that the default entry carries. The bundle lies beside it. */
export function loadCore(): void {
  init(readFileSync(new URL('sagaward.wasm', import.meta.url)));
}

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

export function judge({ file, bytes }: Source, { validation, maxBytes, warningsAreErrors }: Judging): Judgement {
  const text = new TextDecoder().decode(bytes);
  // The validator says that a document is too large; a parser would say that its end is missing.
  const yaml = bytes.length <= maxBytes && isYaml(file, text);
  const findings = yaml ? judgeYaml(bytes, text, validation, maxBytes) : { json: text, ...validateText(bytes, validation) };
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
