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
  /** The ids of the sagas it keeps. */
  list(): AsyncIterable<string> | Iterable<string>;
  /** Puts a snapshot in the place of the events that are in it. */
  compact?(sagaId: string, snapshot: SagaSnapshot): Promise<void>;
  /** Forgets a saga. */
  remove?(sagaId: string): Promise<void>;
}
