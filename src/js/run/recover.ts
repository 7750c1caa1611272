import { callable, text } from '../arguments.js';
import { SagawardError } from '../errors.js';
import type { Journal } from '../journal/journal.js';
import { Saga, type SagaEvent } from '../saga.js';
import { checked, type RunOptions } from './options.js';
import { runFrom, type RunResult, type SagaRun } from './run.js';

export type RecoverOptions = Omit<RunOptions, 'journal'>;

/**
 * Rebuilds a saga from its journal and carries on to its end: committed steps are never executed
 * again, what was in flight is attempted again under the same idempotency key. `onRun` receives
 * the run: a promise cannot hold what is awaitable itself.
 */
export async function recover(journal: Journal, sagaId: string, options: RecoverOptions & { onRun?: (run: SagaRun) => void }): Promise<RunResult> {
  const { onRun, ...rest } = options;
  if (onRun !== undefined) callable(onRun, 'onRun');
  const all: RunOptions = { ...rest, journal };
  checked(all);
  const saga = await read(journal, text(sagaId, 'sagaId'), options);
  const run = runFrom(saga, all, saga.seq);
  onRun?.(run);
  return run;
}

/** Recovers every saga of the journal that has not ended, one after the other, as it is asked for them. */
export function recoverAll(journal: Journal, options: RecoverOptions): AsyncIterable<SagaRun> {
  const all: RunOptions = { ...options, journal };
  checked(all);
  return {
    [Symbol.asyncIterator]() {
      const sagas = unfinished(journal, options);
      return {
        // By hand: a generator would wait for each run to end.
        async next() {
          const { done, value: saga } = await sagas.next();
          return done ? { done, value: undefined } : { done: false, value: runFrom(saga, all, saga.seq) };
        },
        async return() {
          await sagas.return();
          return { done: true, value: undefined };
        },
      };
    },
  };
}

async function* unfinished(journal: Journal, options: RecoverOptions): AsyncGenerator<Saga, void, void> {
  for await (const sagaId of journal.list()) {
    const saga = await read(journal, sagaId, options);
    if (saga.outcome) saga.free();
    else yield saga;
  }
}

async function read(journal: Journal, sagaId: string, { clock }: RecoverOptions): Promise<Saga> {
  const events: SagaEvent[] = [];
  for await (const event of journal.read(sagaId)) events.push(event);
  if (events.length === 0) throw new SagawardError('unknown_saga', `The journal has no saga '${sagaId}'.`);
  return Saga.replay(events, clock && { now: () => clock.now() });
}
