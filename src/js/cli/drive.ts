import type { Outcome, RunOptions, RunResult, SagaRun } from '../slim.js';
import { SagawardError } from '../slim.js';
import type { Progress } from './progress/progress.js';

const CODES: Readonly<Record<Outcome, number>> = { succeeded: 0, rolled_back: 3, failed: 4, escalated: 5 };
const TROUBLE = 2;
const DETACHED = 130;
/** From the best to the worst. */
const RANKS = [0, 3, 4, 5, DETACHED, TROUBLE];

export const EXIT_CODES = `Exit code: 0 succeeded, 1 an invalid definition, 2 wrong usage or a journal that
fails, 3 rolled back, 4 failed, 5 escalated, 130 stopped and left to recover.
Ctrl-C cancels and rolls back; a second time it stops and leaves the saga as it is.
`;

/** Drives sagas to their ends, unless who watches interrupts. */
export class Drive {
  readonly #progress: Progress;
  readonly #goOn: (sagaId: string) => string | undefined;
  readonly #runs = new Set<SagaRun>();
  readonly #leaving: Promise<void>[] = [];
  #interruption: 'cancelled' | 'detached' | undefined;
  #code = 0;
  readonly #onSignal = (signal: NodeJS.Signals) => this.#interrupt(signal);

  /** `goOn`: the command that goes on with a saga that was left. */
  constructor(progress: Progress, goOn: (sagaId: string) => string | undefined) {
    this.#progress = progress;
    this.#goOn = goOn;
    process.on('SIGINT', this.#onSignal);
    process.on('SIGTERM', this.#onSignal);
  }

  /** Whether nothing new is to begin. */
  get isInterrupted(): boolean {
    return this.#interruption !== undefined;
  }

  /** Shows a saga until it ends. One that had ended before does not count. */
  async follow(options: RunOptions, begin: (options: RunOptions) => PromiseLike<RunResult>, fromItsBeginning = false): Promise<void> {
    let run: SagaRun | undefined;
    let hadEnded = false;
    let isFirst = fromItsBeginning;
    const watched: RunOptions = {
      ...options,
      onRun: (begun) => {
        options.onRun?.(begun);
        hadEnded = begun.saga.outcome !== null;
        if (hadEnded) return;
        run = begun;
        this.#runs.add(begun);
        this.#progress.begins(begun.saga);
        if (this.#interruption) begun.cancel('interrupted');
      },
      onEvent: (event) => {
        options.onEvent?.(event);
        if (!run) return;
        const before = isFirst ? run.saga.log().filter(({ seq }) => seq < event.seq) : [];
        isFirst = false;
        for (const one of [...before, event]) this.#progress.event(run.saga, one);
      },
    };
    try {
      const { outcome, saga } = await begin(watched);
      if (!hadEnded) {
        this.#count(CODES[outcome]);
        this.#progress.ends(saga);
      }
      if (run) this.#runs.delete(run);
      saga.free();
    } catch (error) {
      if (run) this.#runs.delete(run);
      if (!(error instanceof SagawardError)) throw error;
      if (error.code === 'detached') this.#count(DETACHED);
      else this.trouble(error, run?.saga.sagaId);
    }
  }

  /** Says what is wrong, and goes on. */
  trouble(error: SagawardError, sagaId?: string): void {
    if (error.code === 'bad_option' || error.code === 'bad_argument') throw error;
    this.#count(TROUBLE);
    const command = error.code === 'saga_exists' && sagaId !== undefined ? this.#goOn(sagaId) : undefined;
    this.#progress.note(`sagaward: ${error.message}${command === undefined ? '' : `\n  ${command}`}`);
  }

  /** Once all is over; the exit code. */
  async end(): Promise<number> {
    await Promise.all(this.#leaving);
    this.#progress.close();
    this.#release();
    return this.#code;
  }

  #release(): void {
    process.off('SIGINT', this.#onSignal);
    process.off('SIGTERM', this.#onSignal);
  }

  #interrupt(signal: NodeJS.Signals): void {
    if (this.#interruption === undefined) {
      this.#interruption = 'cancelled';
      this.#progress.note(`${signal}: cancelled; what was done is undone. Once more stops at once and leaves the rest undone.`);
      for (const run of this.#runs) run.cancel('interrupted');
      return;
    }
    this.#interruption = 'detached';
    // A third one ends the process, whatever hangs.
    this.#release();
    for (const run of this.#runs) {
      const command = this.#goOn(run.saga.sagaId);
      const rest = command === undefined ? 'it was kept in no journal (--journal DIR), so what was done stays done' : `to go on:\n  ${command}`;
      this.#progress.note(`${signal}: stopped; saga ${run.saga.sagaId} stays as it is; ${rest}`);
      this.#leaving.push(run.detach());
    }
  }

  #count(code: number): void {
    if (RANKS.indexOf(code) > RANKS.indexOf(this.#code)) this.#code = code;
  }
}
