import { stripVTControlCharacters, styleText } from 'node:util';

export type Style = Parameters<typeof styleText>[0];

/** What a terminal would act on (escape sequences, changes of writing direction) is shown instead. */
export function printable(text: string): string {
  return text
    .replaceAll('\t', '    ')
    .replaceAll(/[\0-\x1f]/g, (control) => String.fromCharCode(0x2400 + control.charCodeAt(0)))
    .replaceAll(/[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, '\ufffd')
    .toWellFormed();
}

/** In columns of a terminal. The tables for that take longer to load than most files to judge, and most text needs none. */
export async function width(text: string): Promise<number> {
  return /^[ -~]*$/.test(text) ? text.length : (await import('string-width')).default(text);
}

export function paint(style: Style, text: string): string {
  return colourful ? styleText(style, text, { validateStream: false }) : text;
}

const colourful = hasColour();

function hasColour(): boolean {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  return process.stdout.isTTY && process.stdout.hasColors();
}

export function counted(n: number, noun: string): string {
  return `${n} ${n === 1 ? noun : `${noun}s`}`;
}

/** The words as people list them. */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** Rows of columns, all but the last as wide as their longest entry. */
export async function table(rows: readonly (readonly string[])[]): Promise<string> {
  const widths = await Promise.all(rows.map((row) => Promise.all(row.slice(0, -1).map((text) => width(stripVTControlCharacters(text))))));
  const longest = widths.reduce((most, row) => row.map((one, at) => Math.max(one, most[at] ?? 0)), []);
  const lines = rows.map((row, index) => {
    const padded = row.map((text, at) => text + ' '.repeat(Math.max(0, (longest[at] ?? 0) - (widths[index]?.[at] ?? 0))));
    return `${padded.join('  ').trimEnd()}\n`;
  });
  return lines.join('');
}
