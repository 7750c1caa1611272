import * as fs from 'node:fs';
import { promisify } from 'node:util';
import { compacted, tooNew } from '../journal/journal.js';
import type { SagaSnapshot } from '../sagaward_bg.js';
import { attempt, failure } from './file_journal_faults.js';
import { emptyTail, encode, Scanner, type Tail } from './file_journal_lines.js';
import { scan } from './file_journal_reading.js';

const fsync = promisify(fs.fsync);

/** Writes the snapshot, and what a file has behind it, into a new file; the end of the old one. */
export async function copy(path: string, descriptor: number, nextPath: string, snapshot: SagaSnapshot, writer: string): Promise<Tail> {
  const next = attempt('write', nextPath, () => fs.openSync(nextPath, 'ax', 0o600));
  try {
    const scanner = new Scanner(emptyTail());
    let tail = emptyTail();
    for await (const event of scan(path, descriptor, scanner, snapshot.saga_id)) {
      if (event.seq < snapshot.seq) continue;
      const lines = encode([event.seq === snapshot.seq ? compacted(snapshot, event) : event], tail, writer);
      attempt('write', nextPath, () => writeAll(next, Buffer.from(lines.text)));
      ({ tail } = lines);
    }
    if (scanner.tail.seq < snapshot.seq) throw tooNew(snapshot.saga_id, scanner.tail.seq, snapshot);
    await fsync(next).catch((error: unknown) => {
      throw failure('sync', nextPath, error);
    });
    return scanner.tail;
  } finally {
    fs.closeSync(next);
  }
}

function writeAll(descriptor: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += fs.writeSync(descriptor, bytes, at);
}
