import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { id, text } from '../arguments.js';
import { SagawardError } from '../errors.js';
import { checkAppend, checkSnapshot, compacted, conflict, type Journal, tooNew } from '../journal/journal.js';
import type { SagaEvent } from '../saga.js';
import type { SagaSnapshot } from '../sagaward_bg.js';
import { makeDirectory, syncDirectory } from './file_journal_directory.js';
import { attempt, corrupt, corruptIn, failure } from './file_journal_faults.js';
import { emptyTail, encode, type Moved, Scanner, type Tail } from './file_journal_lines.js';
import { Rounds } from './file_journal_rounds.js';

// Where the page cache answers, a call at once costs less than its way through the pool of threads.
const read = promisify(fs.read);
const fdatasync = promisify(fs.fdatasync);
const fsync = promisify(fs.fsync);

const PIECE = 256 * 1024;
const APPEND = fs.constants.O_RDWR | fs.constants.O_APPEND;
const NAME = /^[0-9a-f]{64}\.jsonl$/;
const MOVED = /^[0-9a-f]{64}\.[0-9a-f]{8}-\d+\.next$/;
// Of which the ends are remembered; those of others are looked up again.
const MOST_REMEMBERED = 10_000;

interface Known {
  inode: bigint;
  tail: Tail;
  /** Whether the directory is sure to know the file. */
  isNamed: boolean;
}

/**
 * A journal of files, one a saga, in a directory of a local disk. Any number of processes may use
 * it: each event is kept once, by the writer who came first.
 */
export class FileJournal implements Journal {
  readonly #directory: string;
  readonly #fsync: boolean;
  // Tells lines of two writers apart that are otherwise the same.
  readonly #writer = randomBytes(4).toString('hex');
  readonly #rounds = new Rounds(() => this.#syncDirectory());
  readonly #known = new Map<string, Known>();
  /** What the disk may not hold though it was written; by path. */
  readonly #doubtful = new Map<string, unknown>();
  readonly #busy = new Map<string, Promise<unknown>>();
  #moves = 0;

  constructor(directory: string, options: { fsync?: boolean } = {}) {
    this.#directory = resolve(text(directory, 'directory'));
    const { fsync = true } = options;
    if (typeof fsync !== 'boolean') throw new SagawardError('bad_option', `fsync must be true or false, not ${fsync}`);
    this.#fsync = fsync;
  }

  async append(sagaId: string, events: SagaEvent[], expectedSeq: number): Promise<void> {
    checkAppend(sagaId, events, expectedSeq);
    await this.#alone(sagaId, (path) => this.#keep(path, sagaId, events, expectedSeq));
  }

  async *read(sagaId: string): AsyncGenerator<SagaEvent, void, void> {
    const path = this.#path(id(sagaId, 'sagaId'));
    const descriptor = this.#open(path, fs.constants.O_RDONLY);
    if (descriptor === undefined) return;
    try {
      const scanner = new Scanner(emptyTail());
      yield* this.#scan(path, descriptor, scanner, sagaId);
      this.#remember(path, descriptor, scanner.tail);
    } finally {
      fs.closeSync(descriptor);
    }
  }

  async *list(): AsyncGenerator<string, void, void> {
    const faults: SagawardError[] = [];
    for await (const name of this.#names()) {
      try {
        const sagaId = await this.#idOf(join(this.#directory, name));
        if (sagaId !== undefined) yield sagaId;
      } catch (error) {
        if (!(error instanceof SagawardError)) throw error;
        faults.push(error);
      }
    }
    const [first] = faults;
    if (first === undefined) return;
    if (faults.length === 1) throw first;
    throw new SagawardError(first.code, `${faults.length} files of the journal cannot be read:\n${faults.map(({ message }) => `  - ${message}`).join('\n')}`, { cause: new AggregateError(faults) });
  }

  async compact(sagaId: string, snapshot: SagaSnapshot): Promise<void> {
    checkSnapshot(sagaId, snapshot);
    await this.#alone(sagaId, async (path) => {
      while (!(await this.#compacted(path, sagaId, snapshot)));
    });
  }

  async remove(sagaId: string): Promise<void> {
    await this.#alone(id(sagaId, 'sagaId'), async (path) => {
      this.#known.delete(path);
      // Who has it open sees that it has no name any more.
      attempt('remove', path, () => fs.rmSync(path, { force: true }));
      await this.#syncDirectory();
    });
  }

  /** One thing at a time for each saga. */
  async #alone(sagaId: string, work: (path: string) => Promise<void>): Promise<void> {
    const path = this.#path(sagaId);
    const before = this.#busy.get(path);
    const turn = (async () => {
      await before?.catch(() => {});
      await work(path);
    })();
    this.#busy.set(path, turn);
    try {
      await turn;
    } finally {
      if (this.#busy.get(path) === turn) this.#busy.delete(path);
    }
  }

  #keep(path: string, sagaId: string, events: readonly (SagaEvent | Moved)[], expectedSeq: number): Promise<void> {
    const keep = async () => {
      const descriptor = await this.#write(path, sagaId, events, expectedSeq);
      try {
        await this.#sync(path, descriptor);
      } finally {
        fs.closeSync(descriptor);
      }
      const known = this.#known.get(path);
      const isNew = !known?.isNamed;
      if (known) known.isNamed = true;
      return isNew;
    };
    return this.#fsync ? this.#rounds.join(keep) : keep().then(() => {});
  }

  /** Writes the events where nobody came first; the file they stand in, still open. */
  async #write(path: string, sagaId: string, events: readonly (SagaEvent | Moved)[], expectedSeq: number): Promise<number> {
    if (this.#doubtful.has(path)) {
      throw failure('write', path, this.#doubtful.get(path), 'What was written before may be lost. Check the disk, then recover the saga in a new process.');
    }
    for (;;) {
      const descriptor = this.#open(path, expectedSeq === 0 ? APPEND | fs.constants.O_CREAT : APPEND);
      if (descriptor === undefined) throw conflict(sagaId, 0, expectedSeq);
      try {
        const tail = await this.#tail(path, descriptor, sagaId);
        if (tail.movedTo !== undefined) {
          await this.#move(path, descriptor, tail.movedTo);
        } else {
          if (tail.seq !== expectedSeq) throw conflict(sagaId, tail.seq, expectedSeq);
          const counts = await this.#append(path, descriptor, sagaId, events, tail);
          if (counts === true) return descriptor;
          if (counts === false) throw conflict(sagaId, this.#known.get(path)?.tail.seq ?? 0, expectedSeq);
        }
      } catch (error) {
        fs.closeSync(descriptor);
        throw error;
      }
      fs.closeSync(descriptor);
    }
  }

  /** Whether the events count now; `undefined` where the file is no longer the saga's. */
  async #append(path: string, descriptor: number, sagaId: string, events: readonly (SagaEvent | Moved)[], tail: Tail): Promise<boolean | undefined> {
    const lines = encode(events, tail, this.#writer);
    // Nothing else of this process comes between the look at the file and the write.
    const written = attempt('write', path, () => fs.writeSync(descriptor, lines.bytes));
    if (written < lines.bytes.length) {
      throw failure('write', path, new Error(`only ${written} of ${lines.bytes.length} bytes were taken`), 'Make room on the disk, then recover the saga.');
    }
    const { size, nlink } = fs.fstatSync(descriptor);
    if (nlink === 0) {
      this.#known.delete(path);
      return undefined;
    }
    if (size === lines.tail.size) {
      this.#remember(path, descriptor, lines.tail);
      return true;
    }
    // Somebody else wrote too: the file says who came first.
    const scanner = new Scanner(tail, lines.tail);
    for await (const _ of this.#scan(path, descriptor, scanner, sagaId));
    this.#remember(path, descriptor, scanner.tail);
    return scanner.found || (scanner.tail.movedTo === undefined ? false : undefined);
  }

  /** What is known of the file, or found out. */
  async #tail(path: string, descriptor: number, sagaId: string): Promise<Tail> {
    for (;;) {
      const { ino, size } = fs.fstatSync(descriptor, { bigint: true });
      const known = this.#known.get(path);
      const isSame = known !== undefined && known.inode === ino && known.tail.size <= Number(size);
      if (isSame && (known.tail.size === Number(size) || known.tail.movedTo !== undefined)) return known.tail;
      const scanner = new Scanner(isSame ? known.tail : emptyTail());
      for await (const _ of this.#scan(path, descriptor, scanner, sagaId));
      this.#remember(path, descriptor, scanner.tail);
    }
  }

  /** The events behind the tail of a scanner, while it goes on to the end of the file. */
  async *#scan(path: string, descriptor: number, scanner: Scanner, sagaId?: string): AsyncGenerator<SagaEvent, void, void> {
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

  #remember(path: string, descriptor: number, tail: Tail): void {
    const { ino } = fs.fstatSync(descriptor, { bigint: true });
    const before = this.#known.get(path);
    this.#known.delete(path);
    this.#known.set(path, { inode: ino, tail, isNamed: before?.inode === ino && before.isNamed });
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_REMEMBERED && oldest !== undefined) this.#known.delete(oldest);
  }

  async #sync(path: string, descriptor: number): Promise<void> {
    if (!this.#fsync) return;
    try {
      await fdatasync(descriptor);
    } catch (error) {
      // A second attempt would succeed though the bytes are gone.
      this.#doubtful.set(path, error);
      throw failure('sync', path, error);
    }
  }

  /** Moves a saga into a new file that begins with the snapshot; `false` where it must be tried again. */
  async #compacted(path: string, sagaId: string, snapshot: SagaSnapshot): Promise<boolean> {
    const descriptor = this.#open(path, fs.constants.O_RDONLY);
    if (descriptor === undefined) throw tooNew(sagaId, 0, snapshot);
    const next = `${basename(path, '.jsonl')}.${this.#writer}-${this.#moves++}.next`;
    const drop = () => fs.rmSync(join(this.#directory, next), { force: true });
    try {
      const { seq, movedTo } = await this.#copy(path, descriptor, join(this.#directory, next), snapshot).catch((error: unknown) => {
        drop();
        throw error;
      });
      if (movedTo !== undefined) {
        drop();
        await this.#move(path, descriptor, movedTo);
        return false;
      }
      await this.#syncDirectory();
      try {
        // From this line on the old file takes no more: who wants to write sees it and follows.
        await this.#keep(path, sagaId, [{ seq: seq + 1, type: 'journal_moved', to: next }], seq);
      } catch (error) {
        // Otherwise the line may count, and the new file is all that will be read.
        if (!(error instanceof SagawardError) || error.code !== 'journal_conflict') throw error;
        drop();
        return false;
      }
      await this.#move(path, descriptor, next);
      return true;
    } finally {
      fs.closeSync(descriptor);
    }
  }

  /** Writes the snapshot and what is behind it into a new file; the end of the old one. */
  async #copy(path: string, descriptor: number, nextPath: string, snapshot: SagaSnapshot): Promise<Tail> {
    const copy = attempt('write', nextPath, () => fs.openSync(nextPath, 'ax', 0o600));
    try {
      const scanner = new Scanner(emptyTail());
      let tail = emptyTail();
      for await (const event of this.#scan(path, descriptor, scanner, snapshot.saga_id)) {
        if (event.seq < snapshot.seq) continue;
        const lines = encode([event.seq === snapshot.seq ? compacted(snapshot, event) : event], tail, this.#writer);
        attempt('write', nextPath, () => writeAll(copy, lines.bytes));
        ({ tail } = lines);
      }
      if (scanner.tail.seq < snapshot.seq) throw tooNew(snapshot.saga_id, scanner.tail.seq, snapshot);
      if (this.#fsync) await fsync(copy).catch((error: unknown) => {
        throw failure('sync', nextPath, error);
      });
      return scanner.tail;
    } finally {
      fs.closeSync(copy);
    }
  }

  /** Puts the file that content has moved to in its place, unless somebody has. */
  async #move(path: string, descriptor: number, to: string): Promise<void> {
    if (!MOVED.test(to) || !to.startsWith(basename(path, '.jsonl'))) throw corrupt(path, undefined, `it has moved to '${to}', which is no file of the journal`);
    try {
      fs.renameSync(join(this.#directory, to), path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw failure('move', path, error);
      // Gone with the old file, or without it?
      if (fs.fstatSync(descriptor).nlink > 0) throw corrupt(path, undefined, `it has moved to '${to}', which is missing`);
    }
    this.#known.delete(path);
    await this.#syncDirectory();
  }

  async #idOf(path: string): Promise<string | undefined> {
    const descriptor = this.#open(path, fs.constants.O_RDONLY);
    if (descriptor === undefined) return undefined;
    try {
      for await (const event of this.#scan(path, descriptor, new Scanner(emptyTail()))) {
        const sagaId = idIn(event);
        if (sagaId === undefined || this.#path(sagaId) !== path) throw corrupt(path, 1, 'this is not the saga that the file is named for');
        return sagaId;
      }
      return undefined;
    } finally {
      fs.closeSync(descriptor);
    }
  }

  async *#names(): AsyncGenerator<string, void, void> {
    let directory: fs.Dir;
    try {
      directory = fs.opendirSync(this.#directory);
    } catch (error) {
      // Nothing was ever kept.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw failure('read', this.#directory, error);
    }
    for await (const { name } of directory) if (NAME.test(name)) yield name;
  }

  #path(sagaId: string): string {
    return join(this.#directory, `${createHash('sha256').update(sagaId).digest('hex')}.jsonl`);
  }

  /** The file, open; `undefined` where there is none and none is to be made. */
  #open(path: string, flags: number): number | undefined {
    try {
      return fs.openSync(path, flags, 0o600);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw failure('open', path, error);
    }
    if (!(flags & fs.constants.O_CREAT)) return undefined;
    attempt('make', this.#directory, () => makeDirectory(this.#directory, this.#fsync));
    return attempt('open', path, () => fs.openSync(path, flags, 0o600));
  }

  async #syncDirectory(): Promise<void> {
    if (!this.#fsync) return;
    try {
      syncDirectory(this.#directory);
    } catch (error) {
      // Then it is to be tried for every file once more.
      this.#known.clear();
      throw failure('sync', this.#directory, error);
    }
  }
}

function writeAll(descriptor: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += fs.writeSync(descriptor, bytes, at);
}

function idIn(event: SagaEvent): string | undefined {
  if (event.type === 'saga_created') return event.saga_id;
  return event.type === 'saga_compacted' ? event.snapshot?.saga_id : undefined;
}

