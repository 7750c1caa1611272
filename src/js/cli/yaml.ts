import { isUtf8 } from 'node:buffer';
import { parseEvents, YAMLException } from 'js-yaml';
import { validateText, type Diagnostic, type SourceRange, type ValidateOptions } from '../slim.js';
import type { Finding, Findings } from './finding.js';
import { MAX_PROBLEMS, toJson, type Problem } from './yaml_to_json.js';

/** Deeper than any limit the validator can be given, so that it is the one to judge depth. */
const MAX_DEPTH = 128;

const HELP: readonly [RegExp, string][] = [
  [/tab characters/, 'indent with spaces'],
  [/bad indentation of a mapping entry/, 'check the indentation; quote a value that holds ": " or starts with @, ` or %'],
  [/non-printable characters/, 'write it as an escape in a double-quoted string'],
  [/nesting exceeded/, 'no definition needs to be nested that deep'],
];

/**
 * Judges YAML as the JSON it stands for: written out once, with the way back from each place,
 * so that every rule, the order and the limits are the library's own.
 */
export function judgeYaml(bytes: Uint8Array, text: string, options: ValidateOptions, maxBytes: number): Findings & { json: string } {
  const position = positionsIn(text);
  const range = (start: number, end: number): SourceRange => ({ start: position(start), end: position(end) });

  const refuse = (problems: Problem[]): Findings & { json: string } => ({
    json: '',
    valid: false,
    truncated: problems.length === MAX_PROBLEMS,
    diagnostics: problems.map(({ message, start, end, help }) => ({
      rule: 'invalid_yaml',
      severity: 'error',
      message,
      path: [],
      pointer: '',
      range: range(start, end),
      ...(help !== undefined && { help }),
    })),
  });

  if (!isUtf8(bytes)) {
    const start = firstUndecodable(bytes, text);
    return refuse([{ message: 'the file is not UTF-8 here', start, end: start + 1, help: 'save the file as UTF-8' }]);
  }

  let events;
  try {
    events = parseEvents(text, { maxDepth: MAX_DEPTH });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const start = error.mark?.position ?? 0;
    const help = HELP.find(([pattern]) => pattern.test(error.reason))?.[1];
    const message = error.reason.replace('nesting exceeded maxDepth', 'collections are nested too deep');
    return refuse([{ message, start, end: Math.min(start + 1, text.length), help }]);
  }

  const { json, problems, source } = toJson(text, events, maxBytes);
  if (problems.length > 0) return refuse(problems);

  const inYaml = (diagnostic: Diagnostic): Finding => {
    if (!diagnostic.range) return diagnostic;
    const { start, end, alias } = source(diagnostic.range.start.offset);
    const related = (diagnostic.related ?? []).map((other) => {
      if (!other.range) return other;
      const { start, end } = source(other.range.start.offset);
      return { ...other, range: range(start, end) };
    });
    if (alias) {
      related.push({ message: 'used through this alias', path: diagnostic.path, range: range(alias.start, alias.end) });
    }
    return {
      ...diagnostic,
      range: range(start, end),
      ...(related.length > 0 && { related }),
      ...(diagnostic.rule === 'document_too_large' && {
        help: `it counts as the JSON it stands for, every alias written out; ${diagnostic.help ?? ''}`,
      }),
    };
  };
  const { valid, truncated, diagnostics } = validateText(json, options);
  return { json, valid, truncated, diagnostics: diagnostics.map(inYaml) };
}

/** The decoder put U+FFFD where it failed; the text may hold genuine ones before. */
function firstUndecodable(bytes: Uint8Array, text: string): number {
  const holds = (mark: string, at: number): boolean => Buffer.from(bytes.subarray(at, at + 3)).equals(Buffer.from(mark));
  let byte = holds('\ufeff', 0) ? 3 : 0;
  let from = 0;
  for (let at = text.indexOf('\ufffd'); at >= 0; at = text.indexOf('\ufffd', at + 1)) {
    byte += Buffer.byteLength(text.slice(from, at));
    from = at;
    if (!holds('\ufffd', byte)) return at;
  }
  return text.length;
}

/** From an offset to its line and column. */
function positionsIn(text: string): (offset: number) => SourceRange['start'] {
  let starts: number[] | undefined;
  return (offset) => {
    starts ??= [0, ...Array.from(text.matchAll(/\r\n?|\n/g), (match) => match.index + match[0].length)];
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - starts[low]! + 1, offset };
  };
}
