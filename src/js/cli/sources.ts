import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { glob, isDynamicPattern } from 'tinyglobby';

export interface Source {
  /** As it is shown: a path as the user wrote it, or the name given to standard input. */
  readonly file: string;
  readonly bytes: Uint8Array;
}

export interface Failure {
  readonly file: string;
  readonly problem: string;
}

const IN_DIRECTORIES = '**/*.{json,yaml,yml}';
const WALK = { ignore: '**/node_modules/**', followSymbolicLinks: false, expandDirectories: false };
const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EISDIR: 'is a directory',
};

/** Reads what the arguments name, in their order, each file once; what cannot be read goes to `failures`. */
export async function* readSources(
  args: readonly string[],
  { stdinFilename, maxBytes }: { stdinFilename: string; maxBytes: number },
  failures: Failure[],
): AsyncGenerator<Source> {
  const seen = new Set<string>();
  for (const arg of args) {
    for (const file of await filesOf(arg, failures)) {
      const identity = file === '-' ? file : resolve(file);
      if (seen.has(identity)) continue;
      seen.add(identity);
      try {
        if (file === '-') yield { file: stdinFilename, bytes: await read(process.stdin, maxBytes) };
        else yield { file, bytes: await read(createReadStream(file), maxBytes) };
      } catch (error) {
        failures.push({ file, problem: problemOf(error) });
      }
    }
  }
}

async function filesOf(arg: string, failures: Failure[]): Promise<string[]> {
  if (arg === '-') return [arg];
  try {
    if (!(await stat(arg)).isDirectory()) return [arg];
    const inside = await glob(IN_DIRECTORIES, { ...WALK, cwd: arg });
    if (inside.length === 0) failures.push({ file: arg, problem: 'holds no *.json, *.yaml or *.yml file' });
    return inside.sort().map((file) => join(arg, file));
  } catch (error) {
    const matches = isDynamicPattern(arg) ? await glob(arg, WALK) : [];
    if (matches.length === 0) {
      failures.push({ file: arg, problem: isDynamicPattern(arg) ? 'no file matches' : problemOf(error) });
    }
    return matches.sort();
  }
}

/** Never more than the validator looks at: a file without end ends too. */
async function read(stream: Readable, maxBytes: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxBytes) break;
  }
  return Buffer.concat(chunks);
}

function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  return PROBLEMS[code] ?? error.message;
}
