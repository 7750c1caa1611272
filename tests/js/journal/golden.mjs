import { createHash } from 'node:crypto';

/** The name that FileJournal gives to the file of a saga. */
export const fileName = (sagaId) => `${createHash('sha256').update(sagaId).digest('hex')}.jsonl`;

/** All that a saga says of itself. */
export const stateOf = (saga) => ({ seq: saga.seq, state: saga.state, outcome: saga.outcome, error: saga.error, waiting_for: saga.waitingFor, steps: saga.steps(), dict: saga.toDict() });
