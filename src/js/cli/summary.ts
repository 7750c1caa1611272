import type { Saga } from '../slim.js';
import { awaited, type Awaited } from './awaited.js';

/** A saga as it stands in the journal. */
export interface Summary {
  saga_id: string;
  session_id: string;
  name: string;
  state: string;
  outcome: string | null;
  error: string | null;
  created_at: string;
  /** When its last event was kept. */
  updated_at: string;
  waits_for: Awaited[];
}

export function summaryOf(saga: Saga, updated_at: string): Summary {
  const { sagaId: saga_id, sessionId: session_id, name, state, outcome, error, createdAt: created_at } = saga;
  return { saga_id, session_id, name, state, outcome, error, created_at, updated_at, waits_for: awaited(saga) };
}
