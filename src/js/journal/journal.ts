import { id, reason, text } from '../arguments.js';
import { SagawardError } from '../errors.js';
import type { SagaEvent } from '../saga.js';
import type { SagaSnapshot } from '../sagaward_bg.js';

/** Where the events of sagas outlive their process. */
export interface Journal {
  /**
   * Makes the events durable, behind number `expectedSeq`: all of them or none. Rejects with
   * `journal_conflict` where the last one kept has another number: somebody else writes.
   */
  append(sagaId: string, events: SagaEvent[], expectedSeq: number): void | Promise<void>;
  /** The events of a saga, in order; none where it is unknown. */
  read(sagaId: string): AsyncIterable<SagaEvent> | Iterable<SagaEvent>;
  /** The ids of the sagas it keeps. Throws what it cannot read only behind all that it can. */
  list(): AsyncIterable<string> | Iterable<string>;
  /** Puts a snapshot in the place of the events that are in it. */
  compact?(sagaId: string, snapshot: SagaSnapshot): void | Promise<void>;
  /** Forgets a saga. */
  remove?(sagaId: string): void | Promise<void>;
}

/** Refuses what no journal could give back as it was. */
export function checkAppend(sagaId: string, events: SagaEvent[], expectedSeq: number): void {
  id(sagaId, 'sagaId');
  if (!Array.isArray(events) || events.length === 0) throw bad('the events must be a list of at least one');
  if (!Number.isSafeInteger(expectedSeq) || expectedSeq < 0) throw bad(`expectedSeq must be the number of an event, or 0; not ${expectedSeq}`);
  for (const [index, event] of events.entries()) {
    const seq = expectedSeq + 1 + index;
    if (event?.seq !== seq) throw bad(`event ${event?.seq} cannot follow event ${seq - 1}`);
  }
}

/** Why events cannot follow number `expectedSeq`, where the last one kept is number `last`. */
export function conflict(sagaId: string, last: number, expectedSeq: number): SagawardError {
  return new SagawardError('journal_conflict', `The journal of '${sagaId}' ends with event ${last}, not with ${expectedSeq}: somebody else writes it.`);
}

/** What replaces the events up to the snapshot's; its time is that of the last of them. */
export function compacted(snapshot: SagaSnapshot, { at }: SagaEvent): SagaEvent {
  return { seq: snapshot.seq, at, type: 'saga_compacted', snapshot };
}

/** Refuses a snapshot of another saga. */
export function checkSnapshot(sagaId: string, snapshot: SagaSnapshot): void {
  id(sagaId, 'sagaId');
  if (snapshot?.format !== 'sagaward.saga' || !Number.isSafeInteger(snapshot.seq)) throw bad('the snapshot must be what saga.snapshot() gives');
  if (text(snapshot.saga_id, 'the saga_id of the snapshot') !== sagaId) throw bad(`the snapshot is one of saga '${snapshot.saga_id}', not of '${sagaId}'`);
}

/** A snapshot of more than is kept would make events up. */
export function tooNew(sagaId: string, last: number, { seq }: SagaSnapshot): SagawardError {
  return new SagawardError('journal_conflict', `The journal of '${sagaId}' ends with event ${last}; a snapshot up to event ${seq} cannot stand in its place.`);
}

const MOST_TOLD = 10;

/** What is wrong with sagas, as one error whose cause holds all of them; none where nothing is. */
export function together(faults: unknown[], what: string): unknown {
  if (faults.length <= 1) return faults[0];
  const told = faults.slice(0, MOST_TOLD).map((fault) => `\n  - ${reason(fault)}`);
  const more = faults.length > MOST_TOLD ? `\n  and ${faults.length - MOST_TOLD} more` : '';
  return new SagawardError('corrupt_journal', `${faults.length} ${what}:${told.join('')}${more}`, { cause: new AggregateError(faults) });
}

function bad(message: string): SagawardError {
  return new SagawardError('bad_argument', message);
}
