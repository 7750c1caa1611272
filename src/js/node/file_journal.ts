import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { id, object, text } from '../arguments.js';
import { SagawardError } from '../errors.js';
import { checkAppend, checkSnapshot, conflict, type Journal, tooNew } from '../journal/journal.js';
import type { SagaEvent } from '../saga.js';
import type { SagaSnapshot } from '../sagaward_bg.js';
import { copy } from './file_journal_copy.js';
import { makeDirectory, syncDirectory } from './file_journal_directory.js';
import { attempt, corrupt, failure } from './file_journal_faults.js';
import { emptyTail, encode, type Moved, Scanner, type Tail } from './file_journal_lines.js';
import { OpenFiles } from './file_journal_open.js';
import { nameOf, openOld, sagasIn, scan } from './file_journal_reading.js';
import { Rounds } from './file_journal_rounds.js';

// Only what waits for the disk goes to the pool of threads: where the page cache answers, a call at once costs less.
const fdatasync = promisify(fs.fdatasync);

const APPEND = fs.constants.O_RDWR | fs.constants.O_APPEND;
const MOVED = /^[0-9a-f]{64}\.[0-9a-f]{8}-\d+\.next$/;
// Of so many sagas; then all are looked up again.
const MOST_REMEMBERED = 10_000;

interface Known {
  /** Which file it is: a name may be given to another one. */
  file: string;
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
  readonly #open = new OpenFiles();
  readonly #paths = new Map<string, string>();
  /** Why the disk may not hold what was written. */
  #doubt: unknown;
  readonly #busy = new Map<string, Promise<unknown>>();
  #moves = 0;

  constructor(directory: string, options: { fsync?: boolean } = {}) {
    this.#directory = resolve(text(directory, 'directory'));
    const { fsync = true, ...others } = object(options, 'the options');
    const [unknown] = Object.keys(others);
    if (unknown !== undefined) throw new SagawardError('bad_option', `${unknown} is no option; there is fsync.`);
    if (typeof fsync !== 'boolean') throw new SagawardError('bad_option', `fsync must be true or false, not ${fsync}`);
    this.#fsync = fsync;
  }

  async append(sagaId: string, events: SagaEvent[], expectedSeq: number): Promise<void> {
    checkAppend(sagaId, events, expectedSeq);
    await this.#alone(sagaId, (path) => this.#keep(path, sagaId, events, expectedSeq));
  }

  async *read(sagaId: string): AsyncGenerator<SagaEvent, void, void> {
    const path = this.#path(id(sagaId, 'sagaId'));
    const descriptor = openOld(path, fs.constants.O_RDONLY);
    if (descriptor === undefined) return;
    try {
      const scanner = new Scanner(emptyTail());
      yield* scan(path, descriptor, scanner, sagaId);
      this.#remember(path, fileOf(fs.fstatSync(descriptor)), scanner.tail);
    } finally {
      fs.closeSync(descriptor);
    }
  }

  list(): AsyncGenerator<string, void, void> {
    return sagasIn(this.#directory);
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
    } catch (error) {
      throw error instanceof SagawardError ? error : failure('use', path, error);
    } finally {
      if (this.#busy.get(path) === turn) this.#busy.delete(path);
    }
  }

  #keep(path: string, sagaId: string, events: readonly (SagaEvent | Moved)[], expectedSeq: number): Promise<void> {
    const keep = async () => {
      const descriptor = await this.#write(path, sagaId, events, expectedSeq);
      try {
        await this.#sync(path, descriptor);
      } catch (error) {
        fs.closeSync(descriptor);
        throw error;
      }
      this.#open.keep(path, descriptor);
      const known = this.#known.get(path);
      const isNew = !known?.isNamed;
      if (known) known.isNamed = true;
      return isNew;
    };
    return this.#fsync ? this.#rounds.join(keep) : keep().then(() => {});
  }

  /** Writes the events where nobody came first; the file they stand in, still open. */
  async #write(path: string, sagaId: string, events: readonly (SagaEvent | Moved)[], expectedSeq: number): Promise<number> {
    if (this.#doubt !== undefined) {
      throw failure('write', path, this.#doubt, 'What was written before may be lost. Check the disk, then recover the saga in a new process.');
    }
    for (;;) {
      const descriptor = this.#open.take(path) ?? openOld(path, APPEND) ?? (expectedSeq === 0 ? await this.#create(path) : undefined);
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
    const written = attempt('write', path, () => fs.writeSync(descriptor, lines.text));
    if (written < lines.length) {
      throw failure('write', path, new Error(`only ${written} of ${lines.length} bytes were taken`), 'Make room on the disk, then recover the saga.');
    }
    const found = fs.fstatSync(descriptor);
    if (found.nlink === 0) {
      this.#known.delete(path);
      return undefined;
    }
    if (found.size === lines.tail.size) {
      this.#remember(path, fileOf(found), lines.tail);
      return true;
    }
    // Somebody else wrote too: the file says who came first.
    const scanner = new Scanner(tail, lines.tail);
    for await (const _ of scan(path, descriptor, scanner, sagaId));
    this.#remember(path, fileOf(found), scanner.tail);
    return scanner.found || (scanner.tail.movedTo === undefined ? false : undefined);
  }

  /** What is known of the file, or found out. */
  async #tail(path: string, descriptor: number, sagaId: string): Promise<Tail> {
    for (;;) {
      const found = fs.fstatSync(descriptor);
      const known = this.#known.get(path);
      const isSame = known !== undefined && known.file === fileOf(found) && known.tail.size <= found.size;
      if (isSame && (known.tail.size === found.size || known.tail.movedTo !== undefined)) return known.tail;
      const scanner = new Scanner(isSame ? known.tail : emptyTail());
      for await (const _ of scan(path, descriptor, scanner, sagaId));
      this.#remember(path, fileOf(found), scanner.tail);
    }
  }

  #remember(path: string, file: string, tail: Tail): void {
    const before = this.#known.get(path);
    if (before === undefined && this.#known.size >= MOST_REMEMBERED) this.#known.clear();
    this.#known.set(path, { file, tail, isNamed: before?.file === file && before.isNamed });
  }

  async #sync(path: string, descriptor: number): Promise<void> {
    if (this.#fsync) await fdatasync(descriptor).catch((error: unknown) => this.#doubted(path, error));
  }

  async #syncDirectory(directory = this.#directory): Promise<void> {
    if (this.#fsync) await syncDirectory(directory).catch((error: unknown) => this.#doubted(directory, error));
  }

  /** A second attempt would succeed though the bytes are gone: nothing more is written. */
  #doubted(path: string, error: unknown): never {
    this.#doubt = error;
    throw failure('sync', path, error);
  }

  /** Moves a saga into a new file that begins with the snapshot; `false` where it must be tried again. */
  async #compacted(path: string, sagaId: string, snapshot: SagaSnapshot): Promise<boolean> {
    const descriptor = openOld(path, fs.constants.O_RDONLY);
    if (descriptor === undefined) throw tooNew(sagaId, 0, snapshot);
    const next = `${basename(path, '.jsonl')}.${this.#writer}-${this.#moves++}.next`;
    const drop = () => fs.rmSync(join(this.#directory, next), { force: true });
    try {
      const { seq, movedTo } = await copy(path, descriptor, join(this.#directory, next), snapshot, this.#writer).catch((error: unknown) => {
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

  #path(sagaId: string): string {
    let path = this.#paths.get(sagaId);
    if (path === undefined) {
      path = join(this.#directory, nameOf(sagaId));
      if (this.#paths.size >= MOST_REMEMBERED) this.#paths.clear();
      this.#paths.set(sagaId, path);
    }
    return path;
  }

  async #create(path: string): Promise<number> {
    for (const parent of attempt('make', this.#directory, () => makeDirectory(this.#directory))) await this.#syncDirectory(parent);
    return attempt('open', path, () => fs.openSync(path, APPEND | fs.constants.O_CREAT, 0o600));
  }
}

function fileOf({ ino, birthtimeMs }: fs.Stats): string {
  return `${ino} ${birthtimeMs}`;
}
