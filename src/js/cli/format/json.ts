import type { Finding } from '../finding.js';
import type { Format } from '../validate.js';

interface File {
  file: string;
  valid: boolean;
  truncated: boolean;
  diagnostics: Finding[];
}

/** One document, of the library's own diagnostics. */
export const json: Format = async function* (judgements, failures) {
  const files: File[] = [];
  for await (const { file, valid, truncated, diagnostics } of judgements) {
    files.push({ file, valid, truncated, diagnostics });
  }
  const valid = failures.length === 0 && files.every((file) => file.valid);
  yield `${JSON.stringify({ valid, files, failures }, null, 2)}\n`;
};
