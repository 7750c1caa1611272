import { id, optionalText, reason } from '../arguments.js';
import { SagawardError } from '../errors.js';
import { feedKills, lookForSubstitute } from '../kill/kill_switch.js';
import { type Command, handleWritten, isDriven, Saga, type SagaInput } from '../saga.js';
import type { Outcome, Told } from '../sagaward_bg.js';
import { Attempts, type Settled } from './attempts.js';
import { Timers } from './clock.js';
import { Keeper } from './keeper.js';
import { checked, type CheckedOptions, type RunOptions } from './options.js';

/** How a saga ended. */
export interface RunResult {
  outcome: Outcome;
  saga: Saga;
  error: string | null;
}

/** A run under way. Await it for the result; it rejects where its journal fails. */
export interface SagaRun extends PromiseLike<RunResult> {
  readonly saga: Saga;
  /** Rolls the saga back. */
  cancel(reason?: string): void;
  /** Starts nothing new, neither action nor undo, until `resume`. */
  pause(): void;
  resume(): void;
  /** Where it waits for an operator: tries a held undo again, or hands a step on that a kill holds. */
  retryStep(stepId: string): void;
  /** Where it waits for an operator: gives a held undo up, or rolls back a step that a kill holds. */
  skipStep(stepId: string): void;
  /** Where it waits for an operator: ends the saga escalated. */
  escalate(): void;
  /** Stops driving and leaves the saga recoverable; the run itself rejects with `detached`. */
  detach(): Promise<void>;
}

/** Sagas that a run drives now. */
const driven = new WeakSet<Saga>();

/**
 * Runs a saga to its end: actions in the order of work, and compensation in reverse where one
 * fails. A saga that was driven before goes on; what was in flight then is attempted again.
 */
export function run(saga: Saga, options: RunOptions): SagaRun {
  if (!(saga instanceof Saga)) throw new SagawardError('bad_argument', `the saga must be a Saga, not ${reason(saga)}`);
  return runFrom(saga, checked(options), (saga.log()[0]?.seq ?? saga.seq + 1) - 1);
}

/** Runs a saga whose events up to number `keptSeq` are in the journal. */
export function runFrom(saga: Saga, options: CheckedOptions, keptSeq: number): SagaRun {
  if (driven.has(saga)) throw new SagawardError('driven', `Saga '${saga.sagaId}' is driven by a run already.`);
  const run = new Run(saga, options, keptSeq);
  run.begin();
  return run;
}

/** An input on its way to the core. */
interface Message {
  /** The input as JSON. */
  input: string;
  /** What is told instead where the core refuses it: a result that no log can hold. */
  otherwise: ((refused: Error) => Told) | undefined;
  /** Called once what was decided is durable. */
  decided: (() => void) | undefined;
}

// How long what is under way may take once a run is detached.
const DETACH_GRACE_MS = 5_000;

class Run implements SagaRun {
  readonly saga: Saga;
  readonly #options: CheckedOptions;
  readonly #attempts: Attempts;
  readonly #timers: Timers;
  readonly #keeper: Keeper;
  readonly #result: Promise<RunResult>;
  #resolve!: (result: RunResult) => void;
  #reject!: (error: unknown) => void;
  readonly #inbox: Message[] = [];
  #working = false;
  #ended = false;
  readonly #leave: (() => void)[] = [];

  constructor(saga: Saga, options: CheckedOptions, keptSeq: number) {
    this.saga = saga;
    this.#options = options;
    this.#timers = new Timers(options.clock);
    this.#attempts = new Attempts(saga, options, (how) => this.#settled(how));
    this.#keeper = new Keeper(saga, options, keptSeq);
    this.#result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Who does not wait for the result shall not meet an unhandled rejection.
    this.#result.catch(() => {});
  }

  begin(): void {
    const { actions, killSwitch, signal, onRun, settings } = this.#options;
    if (this.saga.outcome) {
      onRun?.(this);
      return this.#finish();
    }
    actions.check(this.saga.steps());
    driven.add(this.saga);
    const cancel = () => this.#tell({ type: 'cancel', reason: reason(signal?.reason) });
    try {
      // Told together: nothing starts for an agent that was killed before, or where it was cancelled before.
      this.#working = true;
      if (killSwitch) this.#leave.push(feedKills(killSwitch, this.saga, (input) => this.#dispatch(input)));
      this.#tell({ type: isDriven(this.saga) ? 'recover' : 'start', settings: settings as object });
      onRun?.(this);
      if (signal?.aborted) cancel();
    } catch (error) {
      this.#end(error);
      throw error;
    }
    if (this.#ended) return;
    signal?.addEventListener('abort', cancel, { once: true });
    this.#leave.push(() => signal?.removeEventListener('abort', cancel));
    this.#work();
  }

  then<A = RunResult, B = never>(
    onfulfilled?: ((result: RunResult) => A | PromiseLike<A>) | null,
    onrejected?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#result.then(onfulfilled, onrejected);
  }

  cancel(reason?: string): void {
    const why = optionalText(reason, 'reason')?.toWellFormed();
    this.#tell({ type: 'cancel', ...(why !== undefined && { reason: why }) });
  }

  pause(): void {
    this.#tell({ type: 'pause' });
  }

  resume(): void {
    this.#tell({ type: 'resume' });
  }

  retryStep(stepId: string): void {
    this.#tell({ type: 'retry_step', step_id: id(stepId, 'stepId') });
  }

  skipStep(stepId: string): void {
    this.#tell({ type: 'skip_step', step_id: id(stepId, 'stepId') });
  }

  escalate(): void {
    this.#tell({ type: 'escalate' });
  }

  async detach(): Promise<void> {
    if (this.#ended) return;
    this.#stop(new SagawardError('detached', `The run of saga '${this.saga.sagaId}' was detached; recover it to go on.`));
    // Actions and the journal have their grace, so that whoever goes on does not meet them; what hangs is left.
    const grace = new Promise<void>((resolve) => this.#timers.set('detach', DETACH_GRACE_MS, resolve));
    await Promise.race([Promise.all([this.#attempts.allSettled(), this.#keeper.settled()]), grace]);
    this.#timers.clearAll();
  }

  #tell(told: Told, otherwise?: Message['otherwise'], decided?: Message['decided']): void {
    this.#take({ input: JSON.stringify({ ...told, at: this.#options.clock.now() }), otherwise, decided });
  }

  /** Takes what a kill causes; a promise where it is not decided at once. */
  #dispatch(input: SagaInput): void | Promise<void> {
    let isDecided = false;
    let decided = () => void (isDecided = true);
    const waiting = new Promise<void>((resolve) => {
      this.#tell(input, undefined, () => {
        decided();
        resolve();
      });
    });
    if (isDecided || this.#ended) return;
    decided = () => {};
    return waiting;
  }

  #settled(how: Settled): void {
    if (this.#ended) return;
    const { attempt_key, undo } = how;
    this.#timers.clear(`timeout ${attempt_key}`);
    this.#timers.clear(`abort_grace ${attempt_key}`);
    if ('failure' in how) return this.#tell({ type: undo ? 'undo_failed' : 'attempt_failed', attempt_key, ...how.failure });
    const type = undo ? 'undo_succeeded' : 'attempt_succeeded';
    const at = this.#options.clock.now();
    this.#take({
      // Put together from text, for the result is text already.
      input: `{"type":"${type}","at":${JSON.stringify(at)},"attempt_key":${JSON.stringify(attempt_key)},"result":${how.result}}`,
      otherwise: ({ message: error }) => ({ type: undo ? 'undo_failed' : 'attempt_failed', attempt_key, error, retryable: false, effect: 'in_doubt' }),
      decided: undefined,
    });
  }

  #take(message: Message): void {
    if (this.#ended) return;
    this.#inbox.push(message);
    if (!this.#working) this.#work();
  }

  /** Decides what was told, makes it durable, and only then does what follows from it. */
  #work(): void {
    this.#working = true;
    try {
      while (this.#inbox.length > 0 && !this.#ended) {
        const messages = this.#inbox.splice(0);
        const commands = messages.flatMap((message) => this.#decide(message));
        const perform = () => {
          for (const { decided } of messages) decided?.();
          for (const command of commands) if (!this.#ended) this.#perform(command);
        };
        const durable = this.#keeper.keep();
        if (durable) return void durable.then(perform).then(() => this.#work(), (error: unknown) => this.#stop(error));
        perform();
      }
    } catch (error) {
      this.#stop(error);
    }
    this.#working = false;
  }

  #decide({ input, otherwise }: Message): Command[] {
    try {
      return handleWritten(this.saga, input);
    } catch (error) {
      if (!otherwise || !(error instanceof SagawardError) || error.code !== 'not_json') throw error;
      return handleWritten(this.saga, JSON.stringify({ ...otherwise(error), at: this.#options.clock.now() }));
    }
  }

  #perform(command: Command): void {
    switch (command.type) {
      case 'execute':
      case 'undo': {
        const { attempt_key, timeout_ms } = command;
        this.#timers.set(`timeout ${attempt_key}`, timeout_ms, () => this.#tell({ type: 'attempt_timed_out', attempt_key }));
        return this.#attempts.begin(command, command.type === 'undo');
      }
      case 'abort':
        return this.#attempts.abort(command.attempt_key, new SagawardError('aborted', 'The attempt took too long, its agent was killed, or its saga rolls back.'));
      case 'set_timer': {
        const { attempt_key, timer, delay_ms } = command;
        return this.#timers.set(`${timer} ${attempt_key}`, delay_ms, () => this.#tell({ type: 'timer_fired', attempt_key, timer }));
      }
      case 'hand_off': {
        const { step_id, kill_id } = command;
        const { killSwitch } = this.#options;
        if (killSwitch && lookForSubstitute(killSwitch, this.saga, command)) return;
        return this.#tell({ type: 'handoff_refused', step_id, kill_id });
      }
      case 'finish':
        return this.#finish();
    }
  }

  #finish(): void {
    const { saga } = this;
    const { outcome, error } = saga;
    this.#end(new SagawardError('ended', `Saga '${saga.sagaId}' has ended.`));
    if (outcome) this.#resolve({ outcome, saga, error });
  }

  /** Drives no further: nothing more is performed. */
  #stop(error: unknown): void {
    if (this.#ended) return;
    this.#end(error);
    this.#reject(error);
  }

  #end(why: unknown): void {
    this.#ended = true;
    this.#timers.clearAll();
    this.#attempts.abortAll(why);
    for (const { decided } of this.#inbox.splice(0)) decided?.();
    for (const leave of this.#leave.splice(0)) leave();
    driven.delete(this.saga);
  }
}
