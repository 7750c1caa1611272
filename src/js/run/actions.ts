import { reason } from '../arguments.js';
import type { StepView } from '../saga.js';
import type { Effect, Failure } from '../sagaward_bg.js';

/** What an action is told beside its step. */
export interface StepContext {
  sagaId: string;
  sessionId: string;
  /** The number of the attempt, from 1. */
  attempt: number;
  /** The same for every attempt, recovery and substitute: hand it to the service that is called. */
  idempotencyKey: string;
  /** Aborted when the attempt took too long, its agent was killed, or the saga rolls back. */
  signal: AbortSignal;
  /** Of the committed steps that this one waits for; by step id, without prototype. */
  readonly results: Readonly<Record<string, unknown>>;
}

/** How steps are done and undone. A result is any JSON value, or a promise of one. */
export interface Actions {
  execute(step: StepView, context: StepContext): unknown;
  compensate(step: StepView, context: StepContext): unknown;
  /** Asked before a run begins or goes on: throws where it cannot do or undo one of the steps. */
  check?(steps: readonly StepView[]): void;
}

/** Thrown by an action, it says more than that it failed. */
export class ActionError extends Error {
  override name = 'ActionError';
  /** Whether a further attempt may succeed. */
  readonly retryable: boolean;
  /** `in_doubt`: nobody knows whether the action had its effect. */
  readonly effect: Effect;
  /** The least wait before the next attempt. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: { retryable?: boolean; effect?: Effect; retryAfterMs?: number; cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.retryable = options.retryable ?? true;
    this.effect = options.effect ?? 'none';
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** What an attempt threw, as the core takes it. One that was told to stop proves nothing by failing. */
export function failure(thrown: unknown, signal: AbortSignal): Failure {
  const error = reason(thrown);
  if (!isActionError(thrown)) return { error, effect: signal.aborted ? 'in_doubt' : 'none' };
  const { retryable, effect, retryAfterMs } = thrown;
  const wait = typeof retryAfterMs === 'number' && retryAfterMs >= 0 ? { retry_after_ms: Math.min(retryAfterMs, Number.MAX_SAFE_INTEGER) } : {};
  return { error, retryable: retryable !== false, effect: effect === 'in_doubt' ? 'in_doubt' : 'none', ...wait };
}

function isActionError(thrown: unknown): thrown is ActionError {
  try {
    return thrown instanceof ActionError;
  } catch {
    // A proxy may throw at the mere question.
    return false;
  }
}
