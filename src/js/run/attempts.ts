import { json, reason } from '../arguments.js';
import { resultsFor, type Saga, type StepView } from '../saga.js';
import type { Attempt } from '../sagaward_bg.js';
import { ActionError, type Actions, failure, type StepContext } from './actions.js';
import type { CheckedOptions } from './options.js';

/** How an attempt went; a result is JSON text. */
export type Settled = { attempt_key: string; undo: boolean } & ({ result: string } | { failure: ReturnType<typeof failure> });

/** The actions in flight. */
export class Attempts {
  readonly #saga: Saga;
  readonly #actions: Actions;
  readonly #achieved: CheckedOptions['achieved'];
  readonly #settled: (settled: Settled) => void;
  readonly #inFlight = new Map<string, { controller: AbortController; settled: Promise<void> }>();

  constructor(saga: Saga, { actions, achieved }: CheckedOptions, settled: (settled: Settled) => void) {
    this.#saga = saga;
    this.#actions = actions;
    this.#achieved = achieved;
    this.#settled = settled;
  }

  /** Calls an action or an undo. However it ends, it is told once. */
  begin(attempt: Attempt, undo: boolean): void {
    const { attempt_key } = attempt;
    const controller = new AbortController();
    const settled = this.#call(attempt, undo, controller.signal)
      .then((result) => ({ attempt_key, undo, result: written(result, attempt.step_id, undo) }))
      .catch((thrown: unknown) => ({ attempt_key, undo, failure: failure(thrown, controller.signal) }))
      .then((how) => {
        this.#inFlight.delete(attempt_key);
        this.#settled(how);
      });
    this.#inFlight.set(attempt_key, { controller, settled });
  }

  abort(attemptKey: string, why: unknown): void {
    this.#inFlight.get(attemptKey)?.controller.abort(why);
  }

  abortAll(why: unknown): void {
    for (const { controller } of this.#inFlight.values()) controller.abort(why);
  }

  /** Once none is in flight any more. */
  async allSettled(): Promise<void> {
    await Promise.all(Array.from(this.#inFlight.values(), ({ settled }) => settled));
  }

  async #call(attempt: Attempt, undo: boolean, signal: AbortSignal): Promise<unknown> {
    // Not at once: who started the run shall have it in hand, and what was decided together may end it.
    await undefined;
    goesOn(signal);
    const step = this.#saga.step(attempt.step_id) as StepView;
    const context = contextOf(this.#saga, attempt, signal);
    if (undo) return this.#actions.compensate(step, context);
    if (this.#achieved && step.checkpoint_goal) {
      const reached = await this.#achieved(step.checkpoint_goal, step);
      if (reached) return reached.result;
      goesOn(signal);
    }
    return this.#actions.execute(step, context);
  }
}

/** An action that has not begun when it is told to stop never begins. */
function goesOn(signal: AbortSignal): void {
  if (signal.aborted) throw new ActionError(reason(signal.reason), { effect: 'none' });
}

function contextOf(saga: Saga, attempt: Attempt, signal: AbortSignal): StepContext {
  let results: StepContext['results'] | undefined;
  return {
    sagaId: saga.sagaId,
    sessionId: saga.sessionId,
    attempt: attempt.attempt,
    idempotencyKey: attempt.idempotency_key,
    signal,
    // A step may wait for thousands of others: only who looks pays.
    get results() {
      return (results ??= resultsFor(saga, attempt.step_id));
    },
  };
}

/** The result as JSON; `undefined` is `null`. What cannot be kept is a failure after the fact. */
function written(result: unknown, stepId: string, undo: boolean): string {
  if (result === undefined) return 'null';
  try {
    return json(result, `the result of ${undo ? 'the undo of ' : ''}step '${stepId}'`);
  } catch (error) {
    // The action had its effect, so that it must not be repeated blindly.
    throw new ActionError((error as Error).message, { retryable: false, effect: 'in_doubt', cause: error });
  }
}
