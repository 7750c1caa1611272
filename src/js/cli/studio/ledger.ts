import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SagawardError, type SagaSnapshot } from '../../slim.js';
import { corrupt } from '../../node/file_journal_faults.js';
import { nameOf } from '../../node/file_journal_reading.js';
import { type Look, look, type Place } from './files.js';
import { fold } from './fold.js';
import { type Row, rowOf, unreadable } from './row.js';
import { keyOf, type Watch } from './watch.js';

interface Entry {
  readonly place: Place | undefined;
  /** None while nothing of it counts yet. */
  readonly row: Row | undefined;
}

/** Of more sagas, those written last are listed. */
export const MOST_LISTED = 20_000;
/** Of so many steps the state is kept, so that what is appended can be folded on; other sagas are read again. */
const MOST_STEPS_KEPT = 50_000;
/** So that a busy writer is not read after every event. */
const PACE_MS = 50;

/** A row for each saga of a journal, kept up to date: a file is read no further than it has grown. */
export class Ledger {
  readonly #directory: string;
  readonly #entries = new Map<string, Entry>();
  /** Of sagas that have not ended, the one folded last behind the others. */
  readonly #states = new Map<string, SagaSnapshot>();
  #stepsKept = 0;
  readonly #wanted = new Set<string>();
  readonly #listeners = new Set<(key: string | undefined) => void>();
  #isWorking = false;
  #isStopped = false;

  constructor(directory: string, watch: Watch) {
    this.#directory = directory;
    watch.subscribe((name) => {
      this.#wanted.add(name);
      if (!this.#isWorking) void this.#work();
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#wanted.clear();
  }

  /** Whether all that is known to have changed has been read. */
  get isUpToDate(): boolean {
    return !this.#isWorking;
  }

  get size(): number {
    return this.#entries.size;
  }

  keys(): string[] {
    return [...this.#entries].flatMap(([name, { row }]) => (row ? [keyOf(name)] : []));
  }

  row(key: string): Row | undefined {
    return this.#entries.get(`${key}.jsonl`)?.row;
  }

  /** Calls with the key of every row that changes, and with none when all are up to date; returns how to stop. */
  subscribe(listener: (key: string | undefined) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    while (this.#wanted.size > 0) {
      for (const name of [...this.#wanted]) {
        this.#wanted.delete(name);
        await this.#update(name);
        if (this.#isStopped) return;
      }
      await pause(PACE_MS);
    }
    this.#isWorking = false;
    this.#tell(undefined);
  }

  async #update(name: string): Promise<void> {
    const before = this.#entries.get(name);
    const entry = await this.#read(name, before);
    if (entry === before) return;
    if (entry) this.#entries.set(name, entry);
    else this.#forget(name);
    if (before?.row || entry?.row) this.#tell(keyOf(name));
    if (this.#entries.size > MOST_LISTED) this.#forgetOldest();
  }

  async #read(name: string, before: Entry | undefined): Promise<Entry | undefined> {
    const path = join(this.#directory, name);
    try {
      return await look(path, before?.place, async (file) => (file.isUnchanged ? before : await this.#fold(name, path, before, file)));
    } catch (error) {
      if (!(error instanceof SagawardError)) throw error;
      this.#keep(name, undefined);
      // What the core says of a log names no file.
      const problem = error.message.startsWith(path) || error.code === 'journal_failed' ? error.message : `${path}: ${error.message}`;
      return { place: undefined, row: unreadable(keyOf(name), problem) };
    }
  }

  async #fold(name: string, path: string, before: Entry | undefined, file: Look): Promise<Entry> {
    let state = file.isOther ? undefined : this.#states.get(name);
    let row = state && before?.row;
    for await (const events of file.read(state === undefined)) {
      const updatedAt = events.at(-1)?.at ?? '';
      [state, row] = fold(state, events, (saga) => {
        if (nameOf(saga.sagaId) !== name) throw corrupt(path, 1, 'this is not the saga that the file is named for');
        return [saga.snapshot(), rowOf(keyOf(name), saga, updatedAt)];
      });
    }
    this.#keep(name, row && 'outcome' in row && row.outcome === null ? state : undefined);
    return { place: file.place(), row };
  }

  #keep(name: string, state: SagaSnapshot | undefined): void {
    this.#stepsKept -= this.#states.get(name)?.steps.length ?? 0;
    this.#states.delete(name);
    if (!state) return;
    this.#states.set(name, state);
    this.#stepsKept += state.steps.length;
    for (const [oldest, { steps }] of this.#states) {
      if (this.#stepsKept <= MOST_STEPS_KEPT || oldest === name) break;
      this.#states.delete(oldest);
      this.#stepsKept -= steps.length;
    }
  }

  #forget(name: string): void {
    this.#entries.delete(name);
    this.#keep(name, undefined);
  }

  #forgetOldest(): void {
    let oldest: string | undefined;
    let since = Infinity;
    for (const [name, { place }] of this.#entries) {
      if ((place?.mtimeMs ?? 0) >= since) continue;
      since = place?.mtimeMs ?? 0;
      oldest = name;
    }
    if (oldest === undefined) return;
    this.#forget(oldest);
    this.#tell(keyOf(oldest));
  }

  #tell(key: string | undefined): void {
    for (const listener of [...this.#listeners]) listener(key);
  }
}
