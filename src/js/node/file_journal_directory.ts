import * as fs from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const fsync = promisify(fs.fsync);

// Windows opens no directory, and needs none to be synced.
const canSync = process.platform !== 'win32';

/** Makes the names in a directory durable. */
export async function syncDirectory(directory: string): Promise<void> {
  if (!canSync) return;
  const descriptor = fs.openSync(directory, fs.constants.O_RDONLY);
  try {
    await fsync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Makes a directory for this user alone, with those above it; those in which it made one. */
export function makeDirectory(directory: string): string[] {
  const first = fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  const parents = [];
  if (first !== undefined) for (let made = directory; made.length >= first.length; made = dirname(made)) parents.push(dirname(made));
  return parents;
}
