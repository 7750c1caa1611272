import type { Outcome, SagaState } from 'sagaward/slim';

/** What the server lists of a saga, or of a file that it cannot read; in the shape that it has there. */
export type Row = Listed | Unreadable;

export interface Unreadable {
  readonly key: string;
  readonly problem: string;
}

export interface Listed {
  readonly key: string;
  readonly saga_id: string;
  readonly session_id: string;
  readonly name: string;
  readonly state: SagaState;
  readonly outcome: Outcome | null;
  readonly error: string | null;
  readonly created_at: string;
  readonly updated_at: string;
  readonly steps: number;
  readonly committed: number;
  readonly agents: readonly string[];
  readonly more_agents: number;
  readonly waits_for: readonly Awaited[];
  readonly waits_for_more: number;
}

export interface Awaited {
  readonly step_id: string;
  readonly for: 'attempt' | 'undo' | 'retry' | 'operator' | 'substitute' | 'run';
  readonly at?: string;
}
