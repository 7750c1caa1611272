import * as fs from 'node:fs';
import { dirname } from 'node:path';

// Windows opens no directory, and needs none to be synced.
const canSync = process.platform !== 'win32';

/** Makes the names in a directory durable. */
export function syncDirectory(directory: string): void {
  if (!canSync) return;
  const descriptor = fs.openSync(directory, fs.constants.O_RDONLY);
  try {
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Makes a directory for this user alone, with those above it. */
export function makeDirectory(directory: string, durable: boolean): void {
  const first = fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (first === undefined || !durable) return;
  for (let made = directory; made.length >= first.length; made = dirname(made)) syncDirectory(dirname(made));
}
