import type { Finding } from '../finding.js';
import { counted, paint, printable, width } from '../terminal.js';
import type { Format } from '../validate.js';

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
  const found = Object.entries(count).flatMap(([severity, n]) => (n > 0 ? [severity === 'info' ? `${n} info` : counted(n, severity)] : []));
  const verdict = invalid > 0 ? `${invalid} invalid` : 'all valid';
  yield `${[`${counted(files, 'file')} checked, ${verdict}`, ...(found.length > 0 ? [found.join(', ')] : [])].join(': ')}\n`;
};

/** As a reader meets them. */
function inOrder(findings: readonly Finding[]): Finding[] {
  const offset = ({ range }: Finding): number => range?.start.offset ?? -1;
  return [...findings].sort((a, b) => offset(a) - offset(b));
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
