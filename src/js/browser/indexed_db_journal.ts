import { type DBSchema, type IDBPDatabase, type IDBPObjectStore, openDB } from 'idb';
import { id, json, reason, text } from '../arguments.js';
import { SagawardError } from '../errors.js';
import { checkAppend, checkSnapshot, compacted, conflict, type Journal, tooNew } from '../journal/journal.js';
import type { SagaEvent } from '../saga.js';
import type { SagaSnapshot } from '../sagaward_bg.js';

interface Schema extends DBSchema {
  /** Each event as JSON text, by saga and number. */
  events: { key: [sagaId: string, seq: number]; value: string };
}

const VERSION = 1;
const AT_ONCE = 500;
const DURABLE = { durability: 'strict' } as const;

/** A journal in the browser's database. Tabs and workers of one origin share it: each event is kept once, by who came first. */
export class IndexedDbJournal implements Journal {
  readonly #name: string;
  #database: Promise<IDBPDatabase<Schema>> | undefined;

  constructor(name = 'sagaward') {
    this.#name = text(name, 'name');
  }

  async append(sagaId: string, events: SagaEvent[], expectedSeq: number): Promise<void> {
    checkAppend(sagaId, events, expectedSeq);
    // Written out before the transaction, which ends as soon as nothing is asked of it.
    const written = events.map((event) => ({ key: [sagaId, event.seq] as [string, number], value: json(event, 'an event') }));
    await this.#change(async (store) => {
      const last = await lastSeq(store, sagaId);
      if (last !== expectedSeq) throw conflict(sagaId, last, expectedSeq);
      await Promise.all(written.map(({ key, value }) => store.put(value, key)));
    });
  }

  async *read(sagaId: string): AsyncGenerator<SagaEvent, void, void> {
    id(sagaId, 'sagaId');
    let last = 0;
    for (;;) {
      const database = await this.#open();
      const texts = await asked('read', this.#name, () => database.getAll('events', range(sagaId, last + 1), AT_ONCE));
      for (const [index, text] of texts.entries()) {
        const event = JSON.parse(text) as SagaEvent;
        if (last > 0 && index === 0 && event.seq !== last + 1) {
          throw new SagawardError('journal_conflict', `The journal of '${sagaId}' was compacted while it was read: read it again.`);
        }
        last = event.seq;
        yield event;
      }
      if (texts.length < AT_ONCE) return;
    }
  }

  async *list(): AsyncGenerator<string, void, void> {
    const database = await this.#open();
    let sagaId: string | undefined;
    for (;;) {
      const behind = sagaId === undefined ? undefined : IDBKeyRange.lowerBound([sagaId, []]);
      const keys = await asked('read', this.#name, () => database.getAllKeys('events', behind, 1));
      if (!keys[0]) return;
      [sagaId] = keys[0];
      yield sagaId;
    }
  }

  async compact(sagaId: string, snapshot: SagaSnapshot): Promise<void> {
    checkSnapshot(sagaId, snapshot);
    await this.#change(async (store) => {
      const last = await lastSeq(store, sagaId);
      if (last < snapshot.seq) throw tooNew(sagaId, last, snapshot);
      const key: [string, number] = [sagaId, snapshot.seq];
      const covered = await store.get(key);
      // One that was compacted further has no such event any more.
      if (covered === undefined) return;
      await store.delete(range(sagaId, 0, snapshot.seq));
      await store.put(json(compacted(snapshot, JSON.parse(covered)), 'the snapshot'), key);
    });
  }

  async remove(sagaId: string): Promise<void> {
    id(sagaId, 'sagaId');
    await this.#change((store) => store.delete(range(sagaId, 0)));
  }

  /** One transaction, kept whole or not at all. */
  async #change(work: (store: Store) => Promise<void>): Promise<void> {
    const database = await this.#open();
    await asked('write', this.#name, async () => {
      const transaction = database.transaction('events', 'readwrite', DURABLE);
      try {
        await work(transaction.store);
      } catch (error) {
        transaction.done.catch(() => {});
        try {
          transaction.abort();
        } catch {
          // The error has ended it already.
        }
        throw error;
      }
      await transaction.done;
    });
  }

  #open(): Promise<IDBPDatabase<Schema>> {
    const forget = () => (this.#database = undefined);
    this.#database ??= asked('open', this.#name, () =>
      openDB<Schema>(this.#name, VERSION, {
        upgrade: (database) => void database.createObjectStore('events'),
        // A later version of the page waits for this one.
        blocking: (_current, _wanted, event) => {
          (event.target as IDBDatabase).close();
          forget();
        },
        terminated: forget,
      }),
    );
    this.#database.catch(forget);
    return this.#database;
  }
}

type Store = IDBPObjectStore<Schema, ['events'], 'events', 'readwrite'>;

async function lastSeq(store: Store, sagaId: string): Promise<number> {
  const cursor = await store.openKeyCursor(range(sagaId, 0), 'prev');
  return cursor ? cursor.key[1] : 0;
}

function range(sagaId: string, from: number, to = Infinity): IDBKeyRange {
  return IDBKeyRange.bound([sagaId, from], [sagaId, to]);
}

/** Does it; what the browser refuses becomes an error that says what can be done. */
async function asked<T>(what: string, name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof SagawardError) throw cause;
    const isFull = cause instanceof DOMException && cause.name === 'QuotaExceededError';
    const advice = isFull ? 'Make room for this site, then recover the saga.' : 'Look at what the browser says of its storage, then recover the saga.';
    throw new SagawardError('journal_failed', `Cannot ${what} the database '${name}': ${reason(cause)}. ${advice}`, { cause });
  }
}
