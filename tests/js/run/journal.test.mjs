// A journal: durable before performed, one writer, and a saga that outlives its process.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryJournal, recover, recoverAll, run, Saga, SagawardError } from 'sagaward';
import { begin, deferred, forever, obedient, sagaOf, states, step, turn, types, VirtualClock, watched } from './world.mjs';

/** A journal whose appends wait until they are let through. */
class GatedJournal extends MemoryJournal {
  waiting = [];

  append(sagaId, events, expectedSeq) {
    const { promise, resolve, reject } = deferred();
    this.waiting.push({ events, expectedSeq, fail: reject, keep: () => resolve(super.append(sagaId, events, expectedSeq)) });
    return promise;
  }

  async keepNext() {
    assert.equal(this.waiting.length, 1, 'one append is under way');
    this.waiting.shift().keep();
    await turn();
  }
}

/** A journal that fails at the append with this number. */
class FailingJournal extends MemoryJournal {
  constructor(at, fail) {
    super();
    this.append = (...given) => (--at === 0 ? fail() : super.append(...given));
  }
}

const failing = (...ids) => ({ step_id }) => {
  if (ids.includes(step_id)) throw new Error(`${step_id} failed`);
};
/** A saga that was detached while step `b` was executing. */
async function detached(steps = [step('a'), step('b'), step('c')], options) {
  const journal = new MemoryJournal();
  const world = begin(steps, { journal, execute: (step, context) => (step.step_id === 'b' ? obedient(step, context) : `did ${step.step_id}`), ...options });
  await turn();
  await world.clock.until(world.run.detach());
  return { ...world, journal };
}

// ── durable before performed ──

test('nothing is done, and no event told, before it is durable', async () => {
  const journal = new GatedJournal();
  const told = [];
  const { run, clock, calls, saga } = begin([step('a'), step('b')], { journal, execute: failing('b'), onEvent: ({ type }) => told.push(type) });
  const performed = [];
  while (saga.outcome === null || journal.waiting.length > 0) {
    await clock.pass(0);
    performed.push([calls.length, told.length, types(journal.waiting[0].events).at(-1)]);
    await journal.keepNext();
  }
  assert.deepEqual(performed, [
    [0, 0, 'attempt_started'],
    [1, 2, 'attempt_started'],
    [2, 4, 'attempt_started'],
    [3, 8, 'saga_transitioned'],
  ]);
  assert.equal((await clock.until(run)).outcome, 'rolled_back');
  assert.deepEqual([...journal.read('saga:1')], saga.log());
});

test('the result is told only when the end is durable', async () => {
  const journal = new GatedJournal();
  const { run, clock } = begin([step('a')], { journal });
  await journal.keepNext();
  await clock.pass(0);
  let ended = false;
  run.then(() => (ended = true));
  await turn();
  assert.equal(ended, false);
  await journal.keepNext();
  assert.equal(ended, true);
});

test('one append at a time: what happens meanwhile is kept by the next', async () => {
  const journal = new GatedJournal();
  const actions = { a: deferred(), b: deferred(), c: deferred() };
  const { run, clock, saga } = begin(Object.keys(actions).map((id) => step(id, { depends_on: [] })), { journal, execute: ({ step_id }) => actions[step_id].promise });
  await journal.keepNext();
  actions.a.resolve();
  await turn();
  actions.b.resolve();
  actions.c.resolve();
  await turn();
  const [{ events }] = journal.waiting;
  assert.deepEqual(types(events), ['step_transitioned']);
  await journal.keepNext();
  assert.deepEqual([types(journal.waiting[0].events), journal.waiting[0].expectedSeq], [['step_transitioned', 'step_transitioned', 'saga_transitioned'], events.at(-1).seq]);
  await journal.keepNext();
  assert.equal((await clock.until(run)).outcome, 'succeeded');
  assert.deepEqual([...journal.read('saga:1')], saga.log());
});

test('what is told while an append is under way is decided after it, and holds once it is durable', async () => {
  const journal = new GatedJournal();
  let signal;
  const { run, clock, calls } = begin([step('a'), step('b')], { journal, execute: (_, context) => ((signal = context.signal), obedient(_, context)) });
  run.cancel();
  await journal.keepNext();
  assert.deepEqual([calls, signal.aborted, types(journal.waiting[0].events)], [['a'], false, ['saga_transitioned']]);
  await journal.keepNext();
  assert.equal(signal.aborted, true);
  while (journal.waiting.length > 0) await journal.keepNext();
  assert.equal((await clock.until(run)).outcome, 'rolled_back');
  assert.deepEqual(calls, ['a', 'undo a']);
});

// ── a journal that fails ──

const conflict = () => {
  throw new SagawardError('journal_conflict', 'somebody else writes');
};
/** The number of the append, how it fails: [code, the calls] */
const failures = {
  'at the first append, by a throw': [1, () => { throw new Error('disk full'); }, 'journal_failed', []],
  'at the first append, by a rejection': [1, () => Promise.reject(new Error('disk full')), 'journal_failed', []],
  'at a later append, by a throw': [3, () => { throw new Error('disk full'); }, 'journal_failed', ['a', 'b']],
  'at a later append, by a rejection': [3, () => Promise.reject(new Error('disk full')), 'journal_failed', ['a', 'b']],
  'with nothing': [2, () => Promise.reject(), 'journal_failed', ['a']],
  'since somebody else writes': [3, conflict, 'journal_conflict', ['a', 'b']],
  'since somebody else writes, told late': [3, async () => conflict(), 'journal_conflict', ['a', 'b']],
  'since the saga was there before': [1, conflict, 'saga_exists', []],
};

for (const [how, [at, fail, code, called]] of Object.entries(failures)) {
  test(`a journal that fails ${how} stops the run`, async () => {
    const steps = [step('a'), step('b'), step('beside', { depends_on: ['a'] }), step('c')];
    let signal;
    const { run, clock, calls } = begin(steps, {
      journal: new FailingJournal(at, fail),
      execute: ({ step_id }, context) => {
        if (step_id === 'beside') return (signal = context.signal), forever();
      },
    });
    await assert.rejects(clock.until(run), (error) => error instanceof SagawardError && error.code === code && /'saga:1'|somebody/.test(error.message));
    await clock.pass(1_000_000);
    assert.deepEqual([calls.filter((id) => id !== 'beside'), clock.timers], [called, 0]);
    assert.equal(signal?.aborted ?? true, true);
  });
}

test('a run that nobody waits for may fail without harm', async () => {
  const { clock } = begin([step('a')], { journal: new FailingJournal(1, () => Promise.reject(new Error('disk full'))) });
  await clock.pass(0);
});

test('starting a saga that the journal has says so', async () => {
  const journal = new MemoryJournal();
  const first = begin([step('a')], { journal });
  await first.clock.until(first.run);
  const { run, calls } = begin([step('a')], { journal });
  await assert.rejects(Promise.resolve(run), { code: 'saga_exists' });
  assert.deepEqual(calls, []);
});

// ── recovery ──

test('a recovered saga goes on: what was committed is not done again, what was in flight is, under its key', async () => {
  const keys = [];
  const { journal, calls } = await detached(undefined, {
    execute: (step, context) => {
      if (step.step_id !== 'b') return `did ${step.step_id}`;
      keys.push(context.idempotencyKey);
      return obedient(step, context);
    },
  });
  assert.deepEqual(calls, ['a', 'b']);
  const seen = [];
  const again = watched({
    execute: ({ step_id }, { idempotencyKey, results }) => {
      if (step_id === 'b') keys.push(idempotencyKey);
      seen.push({ ...results });
    },
  });
  let given;
  const { calls: calledAgain, ...actions } = again;
  const { outcome, saga } = await recover(journal, 'saga:1', { ...actions, onRun: (run) => (given = run) });
  assert.deepEqual([outcome, calledAgain, seen], ['succeeded', ['b 2', 'c'], [{ a: 'did a' }, { b: null }]]);
  assert.equal(keys[0], keys[1]);
  assert.equal(given.saga, saga);
  assert.equal(saga.step('b').retry_count, 0);
  assert.deepEqual(types(saga.log()).filter((type) => /^run|lost/.test(type)), ['run_started', 'run_recovered', 'attempt_lost']);
  assert.deepEqual([...journal.read('saga:1')], saga.log());
});

test('a recovered saga rolls back what the run before it did', async () => {
  const { journal } = await detached();
  const { calls, ...actions } = watched({ execute: failing('c') });
  assert.equal((await recover(journal, 'saga:1', actions)).outcome, 'rolled_back');
  assert.deepEqual(calls, ['b 2', 'c', 'undo b', 'undo a']);
});

test('a rollback is recovered as well', async () => {
  const { journal } = await detached([step('a'), step('x'), step('c')], {
    execute: failing('c'),
    compensate: (step, context) => step.step_id === 'x' && obedient(step, context),
  });
  const { calls, ...actions } = watched();
  assert.equal((await recover(journal, 'saga:1', actions)).outcome, 'rolled_back');
  assert.deepEqual(calls, ['undo x 2', 'undo a']);
});

test('a wait before a retry goes on where it was', async () => {
  const { journal, clock } = await detached([step('a', { retries: 1 })], { retry: { delayMs: 60_000 }, execute: failing('a') });
  await clock.pass(20_000);
  const { calls, ...actions } = watched();
  await clock.until(recover(journal, 'saga:1', { ...actions, clock }));
  assert.deepEqual([calls, clock.now()], [['a 2'], 60_000]);
});

test('the settings of a recovery are those it is given', async () => {
  const { journal } = await detached(undefined, { inDoubt: 'ignore' });
  const { calls, ...actions } = watched({ execute: failing('b') });
  await recover(journal, 'saga:1', { ...actions, inDoubt: 'undo' });
  assert.deepEqual(calls, ['b 2', 'undo b', 'undo a']);
});

test('a run may be steered while it is recovered', async () => {
  const { journal, clock } = await detached();
  const { calls, ...actions } = watched();
  const { outcome, error } = await clock.until(recover(journal, 'saga:1', { ...actions, clock, onRun: (run) => run.cancel('enough') }));
  assert.deepEqual([outcome, error, calls], ['rolled_back', 'cancelled: enough', ['undo b', 'undo a']]);
});

test('a saga that has ended is not run again', async () => {
  const journal = new MemoryJournal();
  const first = begin([step('a')], { journal });
  await first.clock.until(first.run);
  const { calls, ...actions } = watched();
  assert.equal((await recover(journal, 'saga:1', actions)).outcome, 'succeeded');
  assert.deepEqual(calls, []);
});

test('of two that recover a saga one goes on', async () => {
  const { journal } = await detached();
  const worlds = [watched(), watched()];
  const results = await Promise.allSettled(worlds.map(({ calls: _, ...actions }) => recover(journal, 'saga:1', actions)));
  assert.deepEqual(results.map(({ status, reason }) => reason?.code ?? status), ['fulfilled', 'journal_conflict']);
  assert.deepEqual(worlds.map(({ calls }) => calls), [['b 2', 'c'], []]);
});

test('a run that was detached while its journal was slow can be recovered', async () => {
  const journal = new GatedJournal();
  const { run, clock } = begin([step('a'), step('b')], { journal });
  await journal.keepNext();
  run.pause();
  const detaching = run.detach();
  let isDetached = false;
  detaching.then(() => (isDetached = true));
  await turn();
  assert.equal(isDetached, false);
  await journal.keepNext();
  await clock.until(detaching);
  assert.equal(journal.waiting.length, 0);
  assert.deepEqual(states(Saga.replay(journal.read('saga:1'))), { a: 'committed', b: 'executing' });
});

const fine = { execute() {}, compensate() {} };
const corrupt = () => {
  const journal = new MemoryJournal();
  journal.append('saga:1', [{ seq: 1, at: '1970-01-01T00:00:00.000Z', type: 'nonsense' }], 0);
  return journal;
};

test('the actions of a recovery may be methods of an object of their own', async () => {
  class Service {
    #did = [];
    get did() {
      return this.#did;
    }
    execute({ step_id }) {
      this.#did.push(step_id);
    }
    compensate() {}
  }
  const { journal } = await detached();
  const service = new Service();
  await recover(journal, 'saga:1', service);
  assert.deepEqual(service.did, ['b', 'c']);
});

/** journal, id, options: the error */
const refused = {
  'an unknown saga': [new MemoryJournal(), 'saga:1', fine, { code: 'unknown_saga' }],
  'a log that is none': [corrupt(), 'saga:1', fine, { code: 'bad_log' }],
  'a journal that cannot read': [Object.assign(new MemoryJournal(), { read() { throw new Error('disk gone'); } }), 'saga:1', fine, { message: 'disk gone' }],
  'no journal': [undefined, 'saga:1', fine, { code: 'bad_argument' }],
  'an id that is no text': [new MemoryJournal(), 5, fine, { code: 'bad_argument' }],
  'no options': [new MemoryJournal(), 'saga:1', undefined, { code: 'bad_argument' }],
  'no actions': [new MemoryJournal(), 'saga:1', {}, { code: 'bad_argument' }],
  'an unknown option': [new MemoryJournal(), 'saga:1', { ...fine, retrys: 1 }, { code: 'bad_option' }],
  'an onRun that is no function': [new MemoryJournal(), 'saga:1', { ...fine, onRun: 5 }, { code: 'bad_argument' }],
};

for (const [what, [journal, sagaId, options, error]] of Object.entries(refused)) {
  test(`recover refuses ${what}`, () => assert.rejects(recover(journal, sagaId, options), error));
}

test('recoverAll recovers each saga that has not ended, beside each other', async () => {
  const journal = new MemoryJournal();
  const clock = new VirtualClock();
  for (const [saga_id, execute] of [['one', obedient], ['ended', () => {}], ['two', obedient]]) {
    const { run } = begin([step('a')], { journal, clock, definition: { saga_id }, execute });
    await turn();
    await clock.until(run.detach());
  }
  const { calls, ...actions } = watched();
  const runs = [];
  for await (const run of recoverAll(journal, { ...actions, clock })) runs.push({ run });
  assert.deepEqual(runs.map(({ run }) => run.saga.sagaId), ['one', 'two']);
  for (const { run } of runs) assert.equal((await clock.until(run)).outcome, 'succeeded');
  assert.deepEqual(calls, ['a 2', 'a 2']);
});

test('recoverAll recovers only as many as are asked for', async () => {
  const journal = new MemoryJournal();
  const clock = new VirtualClock();
  for (const saga_id of ['one', 'two']) await clock.until(begin([step('a')], { journal, clock, definition: { saga_id }, execute: obedient }).run.detach());
  const { calls, ...actions } = watched();
  for await (const run of recoverAll(journal, { ...actions, clock })) {
    assert.equal((await clock.until(run)).saga.sagaId, 'one');
    break;
  }
  assert.deepEqual(calls, ['a 2']);
  assert.equal(Saga.replay(journal.read('two')).outcome, null);
});

test('recoverAll refuses wrong options before it reads', () => {
  assert.throws(() => recoverAll(new MemoryJournal(), { ...fine, retrys: 1 }), { code: 'bad_option' });
  assert.throws(() => recoverAll(undefined, fine), { code: 'bad_argument' });
});

test('a run from a snapshot is journaled behind it', async () => {
  const journal = new MemoryJournal();
  const first = begin([step('a'), step('b')], { journal, execute: (step, context) => step.step_id === 'b' && obedient(step, context) });
  await turn();
  await first.clock.until(first.run.detach());
  const saga = Saga.restore(first.saga.snapshot());
  const { outcome } = await run(saga, { ...fine, journal });
  assert.equal(outcome, 'succeeded');
  assert.deepEqual(Saga.replay(journal.read('saga:1')).snapshot(), saga.snapshot());
});
