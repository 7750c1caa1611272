import { text } from '../arguments.js';
import { SagawardError } from '../errors.js';
import { type Journal, together } from '../journal/journal.js';
import { Saga, type SagaEvent } from '../saga.js';
import { checked, checkedJournal, type CheckedOptions, type RunOptions } from './options.js';
import { runFrom, type RunResult, type SagaRun } from './run.js';

export type RecoverOptions = Omit<RunOptions, 'journal'>;

/**
 * Rebuilds a saga from its journal and carries on to its end: committed steps are never executed
 * again, what was in flight is attempted again under the same idempotency key. Gives the result, for
 * a promise cannot hold what is awaitable itself; `onRun` is given the run.
 */
export async function recover(journal: Journal, sagaId: string, options: RecoverOptions): Promise<RunResult> {
  const known = { ...checked(options), journal: checkedJournal(journal) };
  const saga = await read(journal, text(sagaId, 'sagaId'), known);
  if (!saga) throw new SagawardError('unknown_saga', `The journal has no saga '${sagaId}'.`);
  return runFrom(saga, known, saga.seq);
}

/**
 * Recovers every saga of the journal that has not ended, one after the other, as it is asked for
 * them. One that cannot be read stops no other: it throws what is wrong behind all that goes on.
 */
export function recoverAll(journal: Journal, options: RecoverOptions): AsyncIterable<SagaRun> {
  const known = { ...checked(options), journal: checkedJournal(journal) };
  return {
    [Symbol.asyncIterator]() {
      const sagas = unfinished(journal, known);
      return {
        // By hand: a generator would wait for each run to end.
        async next() {
          const { done, value: saga } = await sagas.next();
          return done ? { done, value: undefined } : { done: false, value: runFrom(saga, known, saga.seq) };
        },
        async return() {
          await sagas.return();
          return { done: true, value: undefined };
        },
      };
    },
  };
}

async function* unfinished(journal: Journal, options: CheckedOptions): AsyncGenerator<Saga, void, void> {
  const faults: unknown[] = [];
  yield* readable(journal, options, faults);
  if (faults.length > 0) throw together(faults, 'sagas cannot be recovered');
}

async function* readable(journal: Journal, options: CheckedOptions, faults: unknown[]): AsyncGenerator<Saga, void, void> {
  try {
    for await (const sagaId of journal.list()) {
      const saga = await read(journal, sagaId, options).catch((fault: unknown) => void faults.push(fault));
      if (saga?.outcome) saga.free();
      else if (saga) yield saga;
    }
  } catch (fault) {
    // What the list could not name.
    faults.push(fault);
  }
}

/** The saga as its journal tells; none where it is unknown. */
async function read(journal: Journal, sagaId: string, { clock }: CheckedOptions): Promise<Saga | undefined> {
  const events: SagaEvent[] = [];
  for await (const event of journal.read(sagaId)) events.push(event);
  if (events.length === 0) return undefined;
  try {
    return Saga.replay(events, { now: () => clock.now() });
  } catch (cause) {
    if (!(cause instanceof SagawardError)) throw cause;
    throw new SagawardError(cause.code, `The journal of saga '${sagaId}' tells what cannot be: ${cause.message}`, { cause });
  }
}
