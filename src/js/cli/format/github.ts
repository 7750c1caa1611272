import type { Finding } from '../finding.js';
import type { Format } from '../validate.js';
import { repositoryPath } from './paths.js';

const COMMANDS = { error: 'error', warning: 'warning', info: 'notice' } as const;

/** Workflow commands, which GitHub shows beside the lines of a change. */
export const github: Format = async function* (judgements) {
  for await (const { file, diagnostics } of judgements) {
    for (const finding of diagnostics) yield `${command(repositoryPath(file), finding)}\n`;
  }
};

function command(file: string, { severity, rule, message, help, range }: Finding): string {
  const properties: Record<string, string | number> = { file };
  if (range) {
    properties.line = range.start.line;
    properties.endLine = range.end.line;
    // Columns are taken on one line only.
    if (range.start.line === range.end.line) {
      properties.col = range.start.column;
      properties.endColumn = range.end.column;
    }
  }
  properties.title = `sagaward ${rule}`;
  const list = Object.entries(properties).map(([name, value]) => `${name}=${property(String(value))}`);
  return `::${COMMANDS[severity]} ${list.join(',')}::${data(help === undefined ? message : `${message}\nhelp: ${help}`)}`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
