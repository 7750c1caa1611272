// What every journal keeps to: one list of cases, run over each of them, in Node and in a page.
// `make()` gives a journal that nobody has used, and how to open another one over the same events.
import { recover, recoverAll, run, Saga, SagawardError } from 'sagaward';
import { all, moved, sagaOf, step } from './sagas.mjs';

const newSaga = (saga_id, ...steps) => sagaOf(saga_id, [step('build'), ...steps]);
const copy = (value) => JSON.parse(JSON.stringify(value));
const log = (saga, from) => copy(saga.log(from));

const IDS = ['', ' ', '../../etc/passwd', 'C:\\x', 'a/b', 'a\nb', '日本 😀', 'Saga', 'saga', '__proto__', 'constructor', 'x'.repeat(10_000)];

async function code(work) {
  try {
    await work();
  } catch (error) {
    if (error instanceof SagawardError) return error.code;
    throw error;
  }
  return 'nothing was thrown';
}

function equal(actual, expected) {
  const [found, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (found !== wanted) throw new Error(`found  ${found?.slice(0, 2000)}\nwanted ${wanted?.slice(0, 2000)}`);
}

export const cases = {
  'a saga that is unknown has no events, and an unused journal no sagas': async (make) => {
    const { journal } = await make();
    equal([await all(journal.read('nobody')), await all(journal.list())], [[], []]);
  },

  'events come back as they were, also by another journal over them': async (make) => {
    const { journal, again } = await make();
    const saga = moved('saga:1', 'executing', 'committed');
    const [first, ...rest] = log(saga);
    await journal.append('saga:1', [first], 0);
    await journal.append('saga:1', rest, 1);
    for (const one of [journal, await again()]) {
      const events = await all(one.read('saga:1'));
      equal(events, saga.log());
      equal(Saga.replay(events).snapshot(), saga.snapshot());
    }
  },

  'events follow the last one, or nothing is kept': async (make) => {
    const { journal, again } = await make();
    const events = log(moved('saga:1', 'executing', 'committed', 'compensating'));
    await journal.append('saga:1', events.slice(0, 2), 0);
    for (const one of [journal, await again()]) {
      equal(await code(() => one.append('saga:1', events.slice(1, 3), 1)), 'journal_conflict');
      equal(await code(() => one.append('saga:1', events.slice(3), 3)), 'journal_conflict');
      equal(await code(() => one.append('saga:2', events.slice(1), 1)), 'journal_conflict');
      equal(await code(() => one.append('saga:1', events, 0)), 'journal_conflict');
    }
    equal([await all(journal.read('saga:1')), await all(journal.list())], [events.slice(0, 2), ['saga:1']]);
    await journal.append('saga:1', events.slice(2), 2);
    equal(await all((await again()).read('saga:1')), events);
  },

  'what no log can be is refused before anything is kept': async (make) => {
    const { journal } = await make();
    const events = log(moved('saga:1', 'executing', 'committed'));
    const wrong = [[[], 0], [undefined, 0], [[undefined], 0], [[events[1]], 0], [[events[0], events[2]], 0], [events, -1], [events, 0.5], [events, undefined]];
    for (const [list, expected] of wrong) equal(await code(() => journal.append('saga:1', list, expected)), 'bad_argument');
    for (const id of [undefined, 1, '\ud83d']) equal(await code(() => journal.append(id, events, 0)), 'bad_argument');
    equal(await all(journal.list()), []);
  },

  'any text names a saga': async (make) => {
    const { journal, again } = await make();
    for (const id of IDS) await journal.append(id, log(newSaga(id)), 0);
    const other = await again();
    equal((await all(other.list())).toSorted(), IDS.toSorted());
    for (const id of IDS) equal((await all(other.read(id)))[0].saga_id, id);
  },

  'many sagas are written at a time': async (make) => {
    const { journal, again } = await make();
    const sagas = Array.from({ length: 60 }, (_, i) => moved(`saga:${i}`, 'executing', 'committed', 'compensating', 'compensated'));
    await Promise.all(sagas.map(async (saga) => {
      for (const event of log(saga)) await journal.append(saga.sagaId, [event], event.seq - 1);
    }));
    const other = await again();
    for (const saga of sagas) equal(await all(other.read(saga.sagaId)), saga.log());
    equal((await all(other.list())).length, 60);
  },

  'of two who write at a time one is kept, even where both write the same': async (make) => {
    const { journal, again } = await make();
    const events = log(moved('saga:1', 'executing', 'committed', 'compensating'));
    const writers = [journal, journal, await again(), await again()];
    for (const event of events) {
      const codes = await Promise.all(writers.map((writer) => code(() => writer.append('saga:1', [event], event.seq - 1))));
      equal(codes.toSorted(), [...Array(3).fill('journal_conflict'), 'nothing was thrown'].toSorted());
    }
    for (const one of [journal, await again()]) equal(await all(one.read('saga:1')), events);
  },

  'long logs and large events are kept': async (make) => {
    const { journal, again } = await make();
    const saga = newSaga('saga:1');
    for (let i = 0; i < 1_200; i += 1) saga.addStep(step(`s${i}`));
    saga.transitionStep('build', 'executing');
    saga.transitionStep('build', 'committed', { result: 'é'.repeat(700_000) });
    await journal.append('saga:1', log(saga), 0);
    equal(await all((await again()).read('saga:1')), saga.log());
  },

  'who reads may stop, and may write meanwhile': async (make) => {
    const { journal } = await make();
    const events = log(moved('saga:1', 'executing', 'committed'));
    await journal.append('saga:1', events.slice(0, 2), 0);
    for await (const event of journal.read('saga:1')) {
      if (event.seq === 1) await journal.append('saga:1', events.slice(2), 2);
      if (event.seq === 2) break;
    }
    equal(await all(journal.read('saga:1')), events);
    for await (const _ of journal.list()) break;
  },

  'a snapshot takes the place of the events that are in it': async (make) => {
    const { journal, again } = await make();
    const saga = moved('saga:1', 'executing', 'committed');
    const snapshot = copy(saga.snapshot());
    saga.transitionStep('build', 'compensating');
    await journal.append('saga:1', log(saga), 0);
    await journal.compact('saga:1', snapshot);
    const [third, fourth] = log(saga, 3);
    for (const one of [journal, await again()]) {
      const events = await all(one.read('saga:1'));
      equal(events, [{ seq: 3, at: third.at, type: 'saga_compacted', snapshot }, fourth]);
      equal(Saga.replay(events).snapshot(), saga.snapshot());
      equal(await all(one.list()), ['saga:1']);
    }
    // What was written by one that did not know of it goes behind.
    saga.transitionStep('build', 'compensated');
    await journal.append('saga:1', log(saga, 5), 4);
    equal(await code(async () => (await again()).append('saga:1', log(saga, 5), 4)), 'journal_conflict');
    await journal.compact('saga:1', copy(saga.snapshot()));
    equal((await all((await again()).read('saga:1'))).map(({ seq, type }) => [seq, type]), [[5, 'saga_compacted']]);
    equal(Saga.replay(await all(journal.read('saga:1'))).snapshot(), saga.snapshot());
  },

  'another writer goes on behind a compaction that it did not see': async (make) => {
    const { journal, again } = await make();
    const other = await again();
    const saga = moved('saga:1', 'executing');
    await journal.append('saga:1', log(saga), 0);
    await all(other.read('saga:1'));
    await journal.compact('saga:1', copy(saga.snapshot()));
    saga.transitionStep('build', 'committed');
    await other.append('saga:1', log(saga, 3), 2);
    equal(Saga.replay(await all(journal.read('saga:1'))).snapshot(), saga.snapshot());
    await other.compact('saga:1', copy(saga.snapshot()));
    saga.transitionStep('build', 'compensating');
    await journal.append('saga:1', log(saga, 4), 3);
    equal(Saga.replay(await all(other.read('saga:1'))).snapshot(), saga.snapshot());
  },

  'a snapshot that does not belong there changes nothing': async (make) => {
    const { journal } = await make();
    const saga = moved('saga:1', 'executing', 'committed');
    await journal.append('saga:1', log(saga).slice(0, 2), 0);
    const early = copy(moved('saga:1').snapshot());
    equal(await code(() => journal.compact('saga:1', copy(saga.snapshot()))), 'journal_conflict');
    equal(await code(() => journal.compact('nobody', { ...early, saga_id: 'nobody' })), 'journal_conflict');
    equal(await code(() => journal.compact('saga:1', copy(moved('saga:2').snapshot()))), 'bad_argument');
    equal(await code(() => journal.compact('saga:1', undefined)), 'bad_argument');
    equal(await all(journal.read('saga:1')), saga.log().slice(0, 2));
    await journal.compact('saga:1', copy(moved('saga:1', 'executing').snapshot()));
    const compacted = await all(journal.read('saga:1'));
    await journal.compact('saga:1', early);
    equal(await all(journal.read('saga:1')), compacted);
  },

  'a saga is forgotten, and may begin anew': async (make) => {
    const { journal, again } = await make();
    const events = log(moved('saga:1', 'executing'));
    const other = await again();
    await journal.append('saga:1', events, 0);
    await journal.append('saga:2', log(moved('saga:2')), 0);
    await all(other.read('saga:1'));
    await journal.remove('saga:1');
    await journal.remove('nobody');
    equal([await all(other.read('saga:1')), await all(other.list())], [[], ['saga:2']]);
    for (const one of [journal, other]) equal(await code(() => one.append('saga:1', log(moved('saga:1', 'executing', 'committed'), 3), 2)), 'journal_conflict');
    await other.append('saga:1', events.slice(0, 1), 0);
    await journal.append('saga:1', events.slice(1), 1);
    equal(await all(other.read('saga:1')), events);
  },

  'a run keeps all that happens; an id is taken once': async (make) => {
    const { journal, again } = await make();
    const actions = { journal, execute: ({ step_id }) => step_id, compensate: () => {} };
    const result = await run(newSaga('saga:1', step('ship')), actions);
    equal(await all((await again()).read('saga:1')), result.saga.log());
    equal(result.outcome, 'succeeded');
    equal(await code(() => run(newSaga('saga:1'), actions)), 'saga_exists');
  },

  'a run that was left is recovered, and no committed step executed again': async (make) => {
    const { journal, again } = await make();
    const executed = [];
    let begun;
    const hangs = new Promise((resolve) => (begun = resolve));
    const left = run(newSaga('saga:1', step('ship'), step('tell')), {
      journal,
      execute: ({ step_id }, { attempt, idempotencyKey, signal }) => {
        executed.push([step_id, attempt, idempotencyKey]);
        if (step_id !== 'ship') return step_id;
        begun();
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      },
      compensate: () => {},
    });
    await hangs;
    await left.detach();
    const options = { execute: ({ step_id }, { attempt, idempotencyKey }) => void executed.push([step_id, attempt, idempotencyKey]), compensate: () => {} };
    const { outcome, saga } = await recover(await again(), 'saga:1', options);
    equal([outcome, executed.map(([id]) => id)], ['succeeded', ['build', 'ship', 'ship', 'tell']]);
    equal(executed[1][2], executed[2][2]);
    equal(saga.step('ship').retry_count, 0);
    equal((await all(recoverAll(journal, options))).length, 0);
  },
};
