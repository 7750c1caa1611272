import { styleText } from 'node:util';
import type { Finding } from '../finding.js';
import type { Format } from '../validate.js';

type Style = Parameters<typeof styleText>[0];

const COLOURS = { error: 'red', warning: 'yellow', info: 'cyan' } as const;
/** Of a longer line, only what is around the place is quoted: a minified document is one line. */
const MAX_LINE = 160;
const BEFORE = 60;
const MAX_RELATED = 8;

/** What a compiler prints: editors and terminals know the form. */
export const pretty: Format = async function* (judgements, failures) {
  const count = { error: 0, warning: 0, info: 0 };
  let files = 0;
  let invalid = 0;
  for await (const { file, text, valid, truncated, diagnostics } of judgements) {
    files += 1;
    if (!valid) invalid += 1;
    for (const finding of inOrder(diagnostics)) {
      count[finding.severity] += 1;
      yield await describe(file, text, finding);
    }
    if (truncated) yield `${printable(file)}: there are more findings than are shown\n`;
  }
  if (files === 0 && failures.length > 0) return;
  const found = Object.entries(count).flatMap(([severity, n]) => (n > 0 ? [counted(n, severity)] : []));
  const verdict = invalid > 0 ? `${invalid} invalid` : 'all valid';
  yield `${[`${counted(files, 'file')} checked, ${verdict}`, ...(found.length > 0 ? [found.join(', ')] : [])].join(': ')}\n`;
};

/** As a reader meets them. */
function inOrder(findings: readonly Finding[]): Finding[] {
  const offset = ({ range }: Finding): number => range?.start.offset ?? -1;
  return [...findings].sort((a, b) => offset(a) - offset(b));
}

function counted(n: number, noun: string): string {
  return `${n} ${n === 1 || noun === 'info' ? noun : `${noun}s`}`;
}

async function describe(file: string, text: string, finding: Finding): Promise<string> {
  const { severity, rule, message, help, range } = finding;
  const related = (finding.related ?? []).filter((other) => other.range?.start.offset !== range?.start.offset);
  const colour = COLOURS[severity];
  const lines = [
    `${paint('bold', at(file, range))}: ${paint([colour, 'bold'], severity)}: ${printable(message)} ${paint('dim', `[${rule}]`)}`,
  ];
  const gutter = ' '.repeat(String(range?.start.line ?? '').length);
  if (range) {
    const { line, indent, mark } = await quote(text, range);
    lines.push(` ${paint('dim', `${range.start.line} |`)} ${line}`);
    lines.push(` ${paint('dim', `${gutter} |`)} ${indent}${paint([colour, 'bold'], mark)}`);
  }
  if (help !== undefined) lines.push(` ${gutter} ${paint('dim', '=')} help: ${printable(help)}`);
  for (const other of related.slice(0, MAX_RELATED)) {
    lines.push(` ${gutter} ${paint('dim', '=')} ${at(file, other.range)}: ${printable(other.message)}`);
  }
  if (related.length > MAX_RELATED) lines.push(` ${gutter} ${paint('dim', '=')} and ${related.length - MAX_RELATED} more places`);
  return `${lines.join('\n')}\n`;
}

function at(file: string, range: Finding['range']): string {
  return range ? `${printable(file)}:${range.start.line}:${range.start.column}` : printable(file);
}

/** The line a range starts in, as it looks on a terminal, and what goes under it. */
async function quote(text: string, { start, end }: NonNullable<Finding['range']>) {
  const column = start.column - 1;
  const rest = text.slice(start.offset, start.offset + MAX_LINE + 1).split(/[\r\n]/, 1)[0] ?? '';
  const isShort = column + rest.length <= MAX_LINE;
  const from = isShort ? column : Math.min(column, BEFORE);
  const after = isShort ? rest : rest.slice(0, MAX_LINE - from);
  const before = (from < column ? '…' : '') + printable(text.slice(start.offset - from, start.offset));
  const marked = printable(after.slice(0, Math.max(0, end.offset - start.offset)));
  return {
    line: before + printable(after) + (after.length < rest.length ? '…' : ''),
    indent: ' '.repeat(await width(before)),
    mark: '^'.repeat(Math.max(1, await width(marked))),
  };
}

/** In columns of a terminal. The tables for that take longer to load than most files to judge, and most text needs none. */
async function width(text: string): Promise<number> {
  return /^[ -~]*$/.test(text) ? text.length : (await import('string-width')).default(text);
}

/** What a terminal would act on (escape sequences, changes of writing direction) is shown instead. */
function printable(text: string): string {
  return text
    .replaceAll('\t', '    ')
    .replaceAll(/[\0-\x1f]/g, (control) => String.fromCharCode(0x2400 + control.charCodeAt(0)))
    .replaceAll(/[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, '\ufffd')
    .toWellFormed();
}

function hasColour(): boolean {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  return process.stdout.isTTY && process.stdout.hasColors();
}

const colourful = hasColour();

function paint(style: Style, text: string): string {
  return colourful ? styleText(style, text, { validateStream: false }) : text;
}
