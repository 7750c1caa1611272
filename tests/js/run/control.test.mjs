// What steers a run from outside: cancel, signals, pause, operators, detach; and what is refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ActionError, KillSwitch, run, Saga, SagawardError } from 'sagaward';
import { begin, deferred, forever, obedient, sagaOf, states, step, turn, types, VirtualClock, watched } from './world.mjs';

const failing = (...ids) => ({ step_id }) => {
  if (ids.includes(step_id)) throw new Error(`${step_id} failed`);
};

// ── cancel ──

test('a cancelled saga stops what runs and undoes what was done', async () => {
  const world = begin([step('a'), step('b')], { execute: (step, context) => step.step_id === 'b' && obedient(step, context) });
  await turn();
  world.run.cancel('no longer needed');
  const { outcome, error } = await world.clock.until(world.run);
  assert.deepEqual([outcome, error, world.calls], ['rolled_back', 'cancelled: no longer needed', ['a', 'b', 'undo b', 'undo a']]);
});

test('an action that is cancelled and knows that it had no effect is not undone', async () => {
  const { run, clock, calls } = begin([step('a'), step('b')], {
    execute: ({ step_id }, { signal }) =>
      step_id === 'b' && new Promise((_, reject) => signal.addEventListener('abort', () => reject(new ActionError('stopped', { effect: 'none' })))),
  });
  await turn();
  run.cancel();
  assert.equal((await clock.until(run)).error, 'cancelled');
  assert.deepEqual(calls, ['a', 'b', 'undo a']);
});

test('an action that hangs is waited for so long and no longer', async () => {
  const { run, clock, calls } = begin([step('a')], { abortGraceMs: 300, execute: forever });
  await clock.pass(10);
  run.cancel();
  await clock.until(run);
  assert.deepEqual([calls, clock.now()], [['a', 'undo a'], 310]);
});

test('an AbortSignal cancels', async () => {
  const controller = new AbortController();
  const { run, clock, calls } = begin([step('a'), step('b')], { signal: controller.signal, execute: (step, context) => step.step_id === 'b' && obedient(step, context) });
  await turn();
  controller.abort(new Error('shutting down'));
  const { outcome, error } = await clock.until(run);
  assert.deepEqual([outcome, error, calls], ['rolled_back', 'cancelled: shutting down', ['a', 'b', 'undo b', 'undo a']]);
});

test('with a signal that was aborted before, no action is called', async () => {
  const { run, clock, calls, saga } = begin([step('a'), step('b')], { signal: AbortSignal.abort(new Error('too late')) });
  const { outcome, error } = await clock.until(run);
  assert.deepEqual([outcome, error, calls, states(saga)], ['failed', 'cancelled: too late', [], { a: 'failed', b: 'pending' }]);
});

test('a signal that is aborted after the end changes nothing', async () => {
  const controller = new AbortController();
  const { run, clock, saga } = begin([step('a')], { signal: controller.signal });
  await clock.until(run);
  const { seq } = saga;
  controller.abort();
  run.cancel();
  run.pause();
  assert.equal(saga.seq, seq);
  assert.equal((await run).outcome, 'succeeded');
});

test('a reason may be any text', async () => {
  const { run, clock } = begin([step('a')], { execute: obedient });
  run.cancel('half a \ud83d');
  assert.equal((await clock.until(run)).error, 'cancelled: half a \ufffd');
});

// ── pause ──

test('a paused run starts nothing until it is resumed', async () => {
  const first = deferred();
  const { run, clock, calls } = begin([step('a'), step('b')], { execute: ({ step_id }) => step_id === 'a' && first.promise });
  await turn();
  run.pause();
  first.resolve();
  await clock.pass(1_000_000);
  assert.deepEqual(calls, ['a']);
  run.resume();
  assert.equal((await clock.until(run)).outcome, 'succeeded');
  assert.deepEqual(calls, ['a', 'b']);
});

test('a paused run starts no undo either', async () => {
  const { run, clock, calls } = begin([step('a'), step('b'), step('c')], {
    execute: failing('c'),
    compensate: ({ step_id }) => step_id === 'b' && run.pause(),
  });
  await clock.pass(1_000_000);
  assert.deepEqual(calls, ['a', 'b', 'c', 'undo b']);
  run.resume();
  assert.equal((await clock.until(run)).outcome, 'rolled_back');
});

test('cancel ends a pause', async () => {
  const { run, clock, calls } = begin([step('a'), step('b')], { execute: ({ step_id }) => step_id === 'a' && run.pause() });
  await clock.pass(1_000);
  run.cancel();
  await clock.until(run);
  assert.deepEqual(calls, ['a', 'undo a']);
});

// ── operators ──

/** How a held undo ends: [the outcome, the undos called, the state of the step] */
const moves = {
  retryStep: ['rolled_back', ['undo b', 'undo b 2', 'undo a'], 'compensated'],
  skipStep: ['escalated', ['undo b', 'undo a'], 'compensation_failed'],
  escalate: ['escalated', ['undo b'], 'compensation_failed'],
};

for (const [move, [outcome, undos, state]] of Object.entries(moves)) {
  test(`an undo that failed is held until an operator decides: ${move}`, async () => {
    const { run, clock, saga, calls } = begin([step('a'), step('b'), step('c')], {
      onUndoFailure: 'hold',
      execute: failing('c'),
      compensate: ({ step_id }, { attempt }) => {
        if (step_id === 'b' && attempt === 1) throw new Error('not now');
      },
    });
    await clock.pass(1_000_000);
    assert.deepEqual([saga.state, saga.waitingFor, clock.timers, calls.slice(3)], ['compensating', 'operator', 0, ['undo b']]);
    run[move]('b');
    const result = await clock.until(run);
    assert.deepEqual([result.outcome, saga.waitingFor, calls.slice(3), saga.step('b').state], [outcome, null, undos, state]);
  });
}

test('operators move nothing that does not wait for them', async () => {
  const { run, clock, saga } = begin([step('a')], { execute: forever });
  await turn();
  const { seq } = saga;
  run.retryStep('a');
  run.skipStep('a');
  run.skipStep('unknown');
  run.escalate();
  assert.equal(saga.seq, seq);
  for (const wrong of [() => run.retryStep(5), () => run.skipStep(), () => run.retryStep('\ud800'), () => run.cancel(5)]) assert.throws(wrong, { code: 'bad_argument' });
  run.cancel();
  await clock.until(run);
});

// ── one driver ──

test('a saga that a run drives is moved by nobody else', async () => {
  const { run: first, clock, saga } = begin([step('a')], { execute: () => 1 });
  assert.throws(() => run(saga, fine), (error) => error instanceof SagawardError && error.code === 'driven' && /'saga:1'/.test(error.message));
  for (const manual of [() => saga.transitionStep('a', 'committed'), () => saga.transition('failed'), () => saga.addStep(step('b'))]) assert.throws(manual, { code: 'driven' });
  assert.equal((await clock.until(first)).outcome, 'succeeded');
});

test('a detached run rejects, tells its actions to stop, and can be taken up again', async () => {
  const world = begin([step('a'), step('b')], { execute: (step, context) => step.step_id === 'b' && context.attempt === 1 && obedient(step, context) });
  await turn();
  await world.clock.until(world.run.detach());
  await assert.rejects(Promise.resolve(world.run), { code: 'detached' });
  assert.deepEqual([states(world.saga), world.clock.timers], [{ a: 'committed', b: 'executing' }, 0]);
  await world.run.detach();

  const { calls, ...actions } = watched();
  const { outcome } = await world.clock.until(run(world.saga, { ...actions, clock: world.clock }));
  assert.deepEqual([outcome, calls, world.saga.step('b').retry_count], ['succeeded', ['b 2'], 0]);
});

test('detach waits for a hanging action no longer than a grace', async () => {
  const { run, clock } = begin([step('a')], { execute: forever });
  await turn();
  await clock.until(run.detach());
  assert.deepEqual([clock.now(), clock.timers], [5_000, 0]);
});

test('a saga that has ended gives its result, and nothing is called', async () => {
  const { run: first, clock, saga } = begin([step('a')]);
  await clock.until(first);
  const { seq } = saga;
  const { calls, ...actions } = watched();
  assert.deepEqual(await run(saga, actions), { outcome: 'succeeded', saga, error: null });
  assert.deepEqual([calls, saga.seq], [[], seq]);
});

test('a saga without steps succeeds at once', async () => {
  const saga = new Saga({ session_id: 's' });
  assert.equal((await run(saga, fine)).outcome, 'succeeded');
});

test('a saga that was moved by hand is carried on from there', async () => {
  const saga = sagaOf([step('a'), step('b')]);
  saga.transitionStep('a', 'executing');
  saga.transitionStep('a', 'committed', { result: 'by hand' });
  const seen = [];
  const { run, clock, calls } = begin(saga, { execute: (_, { results }) => void seen.push(results.a) });
  assert.equal((await clock.until(run)).outcome, 'succeeded');
  assert.deepEqual([calls, seen], [['b'], ['by hand']]);
});

// ── what is refused ──

const fine = { execute() {}, compensate() {} };
const closed = new KillSwitch();
closed.free();

/** options: the code of the error, its message */
const wrong = {
  'no options': [undefined, 'bad_argument', /options must be an object/],
  'no execute': [{ compensate() {} }, 'bad_argument', /execute must be a function/],
  'no compensate': [{ execute() {} }, 'bad_argument', /compensate must be a function/],
  'an unknown option': [{ ...fine, retrys: 1 }, 'bad_option', /`retrys`/],
  'an unknown retry option': [{ ...fine, retry: { delay: 1 } }, 'bad_option', /`delay`/],
  'a concurrency of 0': [{ ...fine, concurrency: 0 }, 'bad_option', /concurrency/],
  'a concurrency that is text': [{ ...fine, concurrency: '4' }, 'bad_option', /concurrency/],
  'a wait that is no number': [{ ...fine, retry: { delayMs: NaN } }, 'bad_option', /delayMs/],
  'a wait below 0': [{ ...fine, abortGraceMs: -1 }, 'bad_option', /abortGraceMs/],
  'a wait beyond a day': [{ ...fine, retry: { maxDelayMs: 86_400_001 } }, 'bad_option', /maxDelayMs/],
  'an unknown backoff': [{ ...fine, retry: { backoff: 'cubic' } }, 'bad_option', /cubic/],
  'an unknown inDoubt': [{ ...fine, inDoubt: 'maybe' }, 'bad_option', /maybe/],
  'an unknown onUndoFailure': [{ ...fine, onUndoFailure: 'cry' }, 'bad_option', /cry/],
  'an option that is no JSON': [{ ...fine, nothingToUndo: [1n] }, 'not_json', /options/],
  'a kill switch that is none': [{ ...fine, killSwitch: {} }, 'bad_argument', /killSwitch/],
  'a kill switch that was freed': [{ ...fine, killSwitch: closed }, 'closed', /kill switch was freed/],
  'a signal that is none': [{ ...fine, signal: {} }, 'bad_argument', /signal/],
  'a journal that cannot append': [{ ...fine, journal: { read() {}, list() {} } }, 'bad_argument', /journal\.append/],
  'a clock without timers': [{ ...fine, clock: { now: () => 0 } }, 'bad_argument', /clock\.setTimeout/],
  'an achieved that is no function': [{ ...fine, achieved: {} }, 'bad_argument', /achieved/],
  'an onEvent that is no function': [{ ...fine, onEvent: 5 }, 'bad_argument', /onEvent/],
  'an onRun that is no function': [{ ...fine, onRun: 5 }, 'bad_argument', /onRun/],
  'a check that is no function': [{ ...fine, check: 5 }, 'bad_argument', /check/],
};

for (const [what, [options, code, message]] of Object.entries(wrong)) {
  test(`${what}: refused before anything happens`, async () => {
    const saga = sagaOf([step('a')]);
    const killSwitch = new KillSwitch();
    await killSwitch.kill({ agent_did: 'did:a', session_id: 'session-1', reason: 'manual' });
    const { seq } = saga;
    assert.throws(() => run(saga, options && { killSwitch, ...options }), (error) => error instanceof SagawardError && error.code === code && message.test(error.message));
    assert.equal(saga.seq, seq);
    assert.equal((await run(saga, fine)).outcome, 'succeeded');
  });
}

test('what is no saga, or was freed, is refused', () => {
  const saga = sagaOf([step('a')]);
  saga.free();
  assert.throws(() => run({}, fine), { code: 'bad_argument' });
  assert.throws(() => run(undefined, fine), { code: 'bad_argument' });
  assert.throws(() => run(saga, fine), { code: 'closed' });
});

test('actions may refuse steps before anything happens', () => {
  const saga = sagaOf([step('a'), step('b')]);
  const { seq } = saga;
  const check = (steps) => {
    throw new Error(`cannot do ${steps.map(({ step_id }) => step_id)}`);
  };
  assert.throws(() => run(saga, { ...fine, check }), { message: 'cannot do a,b' });
  assert.equal(saga.seq, seq);
});

test('a saga that is freed while it runs ends its run', async () => {
  for (const when of ['while an action runs', 'by an action', 'while a retry waits']) {
    const { run, clock, saga } = begin([step('a', { retries: 1 })], {
      execute: () => {
        if (when === 'while a retry waits') throw new Error('no');
        if (when === 'by an action') saga.free();
        else return forever();
      },
    });
    await turn();
    saga.free();
    await assert.rejects(clock.until(run), { code: 'closed' }, when);
    assert.equal(clock.timers, 0, when);
    assert.doesNotThrow(() => run.cancel());
  }
});

// ── events ──

test('events are told in their order, what onEvent throws harms nobody, and it may steer the run', async () => {
  const told = [];
  const { run, clock, saga, calls } = begin([step('a'), step('b')], {
    onEvent: (event) => {
      told.push(event);
      if (event.type === 'step_transitioned' && event.step_id === 'a' && event.to === 'committed') run.cancel('seen enough');
      throw new Error('not my day');
    },
  });
  const { outcome } = await clock.until(run);
  assert.deepEqual([outcome, calls], ['rolled_back', ['a', 'undo a']]);
  assert.deepEqual(told, saga.log(2));
});

test('onRun is given the run before it begins, so that onEvent may steer it from the first event on', async () => {
  let steered;
  const { run, clock, calls } = begin([step('a')], {
    onRun: (run) => void (steered = run),
    onEvent: ({ type }) => type === 'run_started' && steered.cancel('at once'),
  });
  assert.equal(steered, run);
  assert.equal((await clock.until(run)).error, 'cancelled: at once');
  assert.deepEqual(calls, []);
});

test('what onRun throws is thrown before anything happens', async () => {
  const saga = sagaOf([step('a')]);
  const { seq } = saga;
  const onRun = () => {
    throw new Error('no');
  };
  assert.throws(() => run(saga, { ...fine, onRun }), { message: 'no' });
  assert.equal(saga.seq, seq);
  assert.equal((await run(saga, fine)).outcome, 'succeeded');
});

test('two runs of the same saga tell each event once', async () => {
  const told = [];
  const onEvent = ({ seq }) => told.push(seq);
  const first = begin([step('a'), step('b')], { onEvent, execute: ({ step_id }) => step_id === 'b' && forever() });
  await turn();
  await first.clock.until(first.run.detach());
  const clock = new VirtualClock();
  await clock.until(run(first.saga, { ...fine, clock, onEvent }));
  assert.deepEqual(told, first.saga.log(2).map(({ seq }) => seq));
  assert.equal(types(first.saga.log()).at(-1), 'saga_transitioned');
});
