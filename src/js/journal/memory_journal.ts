import { SagawardError } from '../errors.js';
import type { SagaEvent } from '../saga.js';
import type { Journal } from './journal.js';

/** A journal that lives as long as its process: for tests, and where a run is only to be detached. */
export class MemoryJournal implements Journal {
  readonly #logs = new Map<string, SagaEvent[]>();

  append(sagaId: string, events: SagaEvent[], expectedSeq: number): void {
    const log = this.#logs.get(sagaId) ?? [];
    const last = log.at(-1)?.seq ?? 0;
    if (last !== expectedSeq) throw conflict(sagaId, last, expectedSeq);
    log.push(...events);
    this.#logs.set(sagaId, log);
  }

  read(sagaId: string): Iterable<SagaEvent> {
    return [...(this.#logs.get(sagaId) ?? [])];
  }

  list(): Iterable<string> {
    return [...this.#logs.keys()];
  }
}

export function conflict(sagaId: string, last: number, expectedSeq: number): SagawardError {
  return new SagawardError('journal_conflict', `The journal of '${sagaId}' ends with event ${last}, not with ${expectedSeq}: somebody else writes it.`);
}
