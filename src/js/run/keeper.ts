import { reason } from '../arguments.js';
import { SagawardError } from '../errors.js';
import type { Saga, SagaEvent } from '../saga.js';
import type { CheckedOptions } from './options.js';

/** Makes events durable before anything follows from them, then tells them. */
export class Keeper {
  readonly #saga: Saga;
  readonly #journal: CheckedOptions['journal'];
  readonly #onEvent: CheckedOptions['onEvent'];
  readonly #told: number;
  #kept: number;
  #keeping: Promise<void> | undefined;

  constructor(saga: Saga, { journal, onEvent }: CheckedOptions, keptSeq: number) {
    this.#saga = saga;
    this.#journal = journal;
    this.#onEvent = onEvent;
    this.#kept = journal ? keptSeq : saga.seq;
    this.#told = saga.seq;
  }

  /** Keeps what is new; a promise where that takes time. Fails with `journal_failed`, `journal_conflict` or `saga_exists`. */
  keep(): Promise<void> | undefined {
    if (!this.#journal && !this.#onEvent) return undefined;
    const events = this.#saga.log(this.#kept + 1) as SagaEvent[];
    const last = events.at(-1);
    if (!last) return undefined;
    const expected = this.#kept;
    this.#kept = last.seq;
    try {
      const durable = this.#journal?.append(this.#saga.sagaId, events, expected);
      if (!durable) return this.#tell(events);
      this.#keeping = Promise.resolve(durable).then(
        () => this.#tell(events),
        (error: unknown) => {
          throw this.#trouble(error, expected);
        },
      );
      return this.#keeping;
    } catch (error) {
      throw this.#trouble(error, expected);
    }
  }

  /** Once nothing is being kept any more, however that went. */
  async settled(): Promise<void> {
    await this.#keeping?.catch(() => {});
  }

  #tell(events: readonly SagaEvent[]): undefined {
    for (const event of events) {
      if (event.seq <= this.#told) continue;
      try {
        this.#onEvent?.(event);
      } catch {
        // Its trouble is its own.
      }
    }
  }

  #trouble(error: unknown, expected: number): SagawardError {
    const { sagaId } = this.#saga;
    const code = error instanceof SagawardError ? error.code : undefined;
    if (code === 'journal_conflict' && expected === 0) {
      return new SagawardError('saga_exists', `The journal has a saga '${sagaId}' already: recover it, or start another one.`, { cause: error });
    }
    if (code !== undefined) return error as SagawardError;
    return new SagawardError('journal_failed', `The journal of saga '${sagaId}' failed, so the run stops: ${reason(error)}`, { cause: error });
  }
}
