import { stat } from 'node:fs/promises';
import { type Journal, Saga, type SagaEvent, SagawardError } from '../slim.js';
import { Trouble } from './usage.js';

/** A journal to write to; loaded only where there is one. */
export async function journalAt(directory: string): Promise<Journal> {
  const { FileJournal } = await import('../node/index.js');
  return new FileJournal(directory);
}

/** A journal that is there. */
export async function existingJournal(directory: string): Promise<Journal> {
  return journalAt(await journalDirectory(directory));
}

/** A directory that is there. */
export async function journalDirectory(directory: string): Promise<string> {
  const found = await stat(directory).catch((error: NodeJS.ErrnoException) => {
    throw new Trouble(`${directory}: ${error.code === 'ENOENT' ? 'no such directory' : error.message}`);
  });
  if (!found.isDirectory()) throw new Trouble(`${directory}: is no directory`);
  return directory;
}

/** The ids of all sagas that can be named; the others go to `faults`. */
export async function* sagaIds(journal: Journal, faults: (error: SagawardError) => void): AsyncGenerator<string, void, void> {
  try {
    yield* journal.list();
  } catch (error) {
    if (!(error instanceof SagawardError)) throw error;
    const all: unknown[] = error.cause instanceof AggregateError ? error.cause.errors : [error];
    for (const fault of all) faults(fault instanceof SagawardError ? fault : error);
  }
}

/** A saga as it is kept, with all of its events. */
export async function readSaga(journal: Journal, sagaId: string): Promise<{ saga: Saga; events: SagaEvent[] }> {
  const events: SagaEvent[] = [];
  for await (const event of journal.read(sagaId)) events.push(event);
  if (events.length === 0) throw new Trouble(`the journal has no saga "${sagaId}"`);
  return { saga: Saga.replay(events), events };
}
