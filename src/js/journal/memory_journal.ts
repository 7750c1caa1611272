import type { SagaEvent } from '../saga.js';
import type { SagaSnapshot } from '../sagaward_bg.js';
import { checkAppend, checkSnapshot, compacted, conflict, type Journal, tooNew } from './journal.js';

/** A journal that lives as long as its process: for tests, and where a run is only to be detached. */
export class MemoryJournal implements Journal {
  readonly #logs = new Map<string, SagaEvent[]>();

  append(sagaId: string, events: SagaEvent[], expectedSeq: number): void {
    checkAppend(sagaId, events, expectedSeq);
    const log = this.#logs.get(sagaId) ?? [];
    const last = log.at(-1)?.seq ?? 0;
    if (last !== expectedSeq) throw conflict(sagaId, last, expectedSeq);
    for (const event of events) log.push(event);
    this.#logs.set(sagaId, log);
  }

  read(sagaId: string): Iterable<SagaEvent> {
    return [...(this.#logs.get(sagaId) ?? [])];
  }

  list(): Iterable<string> {
    return [...this.#logs.keys()];
  }

  compact(sagaId: string, snapshot: SagaSnapshot): void {
    checkSnapshot(sagaId, snapshot);
    const log = this.#logs.get(sagaId) ?? [];
    const last = log.at(-1)?.seq ?? 0;
    if (last < snapshot.seq) throw tooNew(sagaId, last, snapshot);
    const at = log.findIndex(({ seq }) => seq === snapshot.seq);
    const covered = log[at];
    // One that was compacted further has no such event any more.
    if (covered) log.splice(0, at + 1, compacted(snapshot, covered));
  }

  remove(sagaId: string): void {
    this.#logs.delete(sagaId);
  }
}
