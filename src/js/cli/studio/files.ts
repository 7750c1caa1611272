// The files of a journal, as somebody sees them who only looks: nothing is written, locked or repaired.
import * as fs from 'node:fs';
import type { SagaEvent } from '../../slim.js';
import { corrupt } from '../../node/file_journal_faults.js';
import { emptyTail, Scanner, type Tail } from '../../node/file_journal_lines.js';
import { openOld, scan } from '../../node/file_journal_reading.js';

// A link could lead out of the directory, and a pipe would keep who opens it waiting.
const LOOK = fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK;

/** How far a file was read; a name may be given to another file. */
export interface Place {
  readonly file: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly tail: Tail;
}

export interface Look {
  readonly isUnchanged: boolean;
  /** Whether the place is no place in this file: it was replaced, or changed by somebody else than a journal. */
  readonly isOther: boolean;
  /** The events behind the place, or all, in pieces. Throws where the file is damaged. */
  read(isFromStart: boolean): AsyncGenerator<readonly SagaEvent[], void, void>;
  /** How far it was read. */
  place(): Place;
}

const LONGEST_PIECE = 128 * 1024;
const MOST_EVENTS = 1_000;

/** Opens a file for as long as `use` takes; `undefined` where there is none. */
export async function look<T>(path: string, before: Place | undefined, use: (look: Look) => Promise<T>): Promise<T | undefined> {
  const descriptor = openOld(path, LOOK);
  if (descriptor === undefined) return undefined;
  try {
    const stats = fs.fstatSync(descriptor);
    if (!stats.isFile()) throw corrupt(path, undefined, 'this is no file');
    const { size, mtimeMs } = stats;
    const file = `${stats.ino} ${stats.birthtimeMs}`;
    const isOther = before?.file !== file || size < before.tail.size || (size === before.size && mtimeMs !== before.mtimeMs);
    let scanner = new Scanner(before && !isOther ? before.tail : emptyTail());
    return await use({
      isUnchanged: !isOther && size === before.tail.size,
      isOther,
      // It may have grown while it was read.
      place() {
        const { size, mtimeMs } = fs.fstatSync(descriptor);
        return { file, size, mtimeMs, tail: scanner.tail };
      },
      async *read(isFromStart) {
        if (isFromStart) scanner = new Scanner(emptyTail());
        let events: SagaEvent[] = [];
        let since = scanner.tail.end;
        for await (const event of scan(path, descriptor, scanner)) {
          events.push(event);
          if (events.length < MOST_EVENTS && scanner.tail.end - since < LONGEST_PIECE) continue;
          yield events;
          events = [];
          since = scanner.tail.end;
        }
        if (events.length > 0) yield events;
      },
    });
  } finally {
    fs.closeSync(descriptor);
  }
}
