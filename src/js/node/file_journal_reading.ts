// Looks into the files of a journal; changes nothing.
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SagawardError } from '../errors.js';
import { together } from '../journal/journal.js';
import type { SagaEvent } from '../saga.js';
import { corrupt, corruptIn, failure } from './file_journal_faults.js';
import { emptyTail, Scanner } from './file_journal_lines.js';

const read = promisify(fs.read);

const PIECE = 256 * 1024;
/** What a journal's files are called. */
export const NAME = /^[0-9a-f]{64}\.jsonl$/;

/** Any text names a saga; not any text names a file. */
export function nameOf(sagaId: string): string {
  return `${createHash('sha256').update(sagaId).digest('hex')}.jsonl`;
}

/** The file, open; `undefined` where there is none. */
export function openOld(path: string, flags: number): number | undefined {
  try {
    return fs.openSync(path, flags);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw failure('open', path, error);
  }
}

/** The events behind the tail of a scanner, while it goes on to the end of the file. */
export async function* scan(path: string, descriptor: number, scanner: Scanner, sagaId?: string): AsyncGenerator<SagaEvent, void, void> {
  let isFirst = scanner.tail.end === 0;
  for (;;) {
    const piece = Buffer.allocUnsafe(PIECE);
    const { bytesRead } = await read(descriptor, piece, 0, PIECE, scanner.tail.size).catch((error: unknown) => {
      throw failure('read', path, error);
    });
    if (bytesRead === 0) break;
    for (const event of corruptIn(path, () => scanner.push(piece.subarray(0, bytesRead)))) {
      if (isFirst && sagaId !== undefined && idIn(event) !== sagaId) throw corrupt(path, 1, `this is saga '${idIn(event)}', not '${sagaId}'`);
      isFirst = false;
      yield event;
    }
    if (scanner.tail.movedTo !== undefined) break;
  }
  corruptIn(path, () => scanner.finish());
}

/** The ids of the sagas in a directory. Throws what it cannot read behind all that it can. */
export async function* sagasIn(directory: string): AsyncGenerator<string, void, void> {
  const faults: unknown[] = [];
  for await (const name of namesIn(directory)) {
    try {
      const sagaId = await idOf(join(directory, name), name);
      if (sagaId !== undefined) yield sagaId;
    } catch (error) {
      if (!(error instanceof SagawardError)) throw error;
      faults.push(error);
    }
  }
  if (faults.length > 0) throw together(faults, 'files of the journal cannot be read');
}

async function* namesIn(directory: string): AsyncGenerator<string, void, void> {
  let entries: fs.Dir;
  try {
    entries = fs.opendirSync(directory);
  } catch (error) {
    // Nothing was ever kept.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw failure('read', directory, error);
  }
  for await (const { name } of entries) if (NAME.test(name)) yield name;
}

/** `undefined` where the file is gone, or where what was to begin it was never finished. */
async function idOf(path: string, name: string): Promise<string | undefined> {
  const descriptor = openOld(path, fs.constants.O_RDONLY);
  if (descriptor === undefined) return undefined;
  try {
    for await (const event of scan(path, descriptor, new Scanner(emptyTail()))) {
      const sagaId = idIn(event);
      if (sagaId === undefined || nameOf(sagaId) !== name) throw corrupt(path, 1, 'this is not the saga that the file is named for');
      return sagaId;
    }
    return undefined;
  } finally {
    fs.closeSync(descriptor);
  }
}

function idIn(event: SagaEvent): string | undefined {
  if (event.type === 'saga_created') return event.saga_id;
  return event.type === 'saga_compacted' ? event.snapshot?.saga_id : undefined;
}
