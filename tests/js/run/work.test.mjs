// The order of work, how often it is tried, and the way back, in virtual time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ActionError, Saga } from 'sagaward';
import { begin, deferred, states, step, types } from './world.mjs';

const failing = (...ids) => ({ step_id }) => {
  if (ids.includes(step_id)) throw new Error(`${step_id} failed`);
};
const failingTimes = (times) => (_, { attempt }) => {
  if (attempt <= times) throw new Error('no');
};

// ── order ──

test('a plain list runs one by one', async () => {
  const first = deferred();
  const { run, clock, calls } = begin([step('a'), step('b')], { execute: ({ step_id }) => step_id === 'a' && first.promise });
  await clock.pass(1_000);
  assert.deepEqual(calls, ['a']);
  first.resolve();
  await clock.until(run);
  assert.deepEqual(calls, ['a', 'b']);
});

test('steps that name what they wait for run beside each other, at most `concurrency` at a time', async () => {
  const steps = ['a', 'b', 'c', 'd'].map((id) => step(id, { depends_on: [] }));
  const actions = Object.fromEntries(steps.map(({ id }) => [id, deferred()]));
  const { run, clock, calls } = begin(steps, { concurrency: 2, execute: ({ step_id }) => actions[step_id].promise });
  await clock.pass(0);
  assert.deepEqual(calls, ['a', 'b']);
  actions.b.resolve();
  await clock.pass(0);
  assert.deepEqual(calls, ['a', 'b', 'c']);
  for (const { resolve } of Object.values(actions)) resolve();
  assert.equal((await clock.until(run)).outcome, 'succeeded');
});

test('by default 16 steps run at a time', async () => {
  const all = deferred();
  const steps = Array.from({ length: 40 }, (_, index) => step(`s${index}`, { depends_on: [] }));
  const { run, clock, calls } = begin(steps, { execute: () => all.promise });
  await clock.pass(0);
  assert.equal(calls.length, 16);
  all.resolve();
  await clock.until(run);
  assert.equal(calls.length, 40);
});

test('a step is given the results of the steps it waits for, and of no others', async () => {
  const seen = {};
  const steps = [step('a'), step('b', { depends_on: [] }), step('__proto__', { depends_on: [] }), step('d', { depends_on: ['a', '__proto__'] })];
  const { run, clock } = begin(steps, {
    execute: ({ step_id }, { results }) => {
      seen[`of ${step_id}`] = [Object.getPrototypeOf(results), Object.entries(results)];
      return `did ${step_id}`;
    },
  });
  await clock.until(run);
  assert.deepEqual(seen, {
    'of a': [null, []],
    'of b': [null, []],
    'of __proto__': [null, []],
    'of d': [null, [['a', 'did a'], ['__proto__', 'did __proto__']]],
  });
});

/** policy, the branches that fail: [outcome, the states of the branches] */
const groups = [
  ['all_must_succeed', [], 'succeeded', 'committed committed committed'],
  ['all_must_succeed', ['x'], 'rolled_back', 'failed compensated compensated'],
  ['majority_must_succeed', ['x'], 'succeeded', 'failed committed committed'],
  ['majority_must_succeed', ['x', 'y'], 'rolled_back', 'failed failed compensated'],
  ['any_must_succeed', ['x', 'y'], 'succeeded', 'failed failed committed'],
  ['any_must_succeed', ['x', 'y', 'z'], 'failed', 'failed failed failed'],
];

for (const [policy, fail, outcome, ended] of groups) {
  test(`${policy}, of three branches ${fail.length} fail: ${outcome}`, async () => {
    const { run, clock, saga, calls } = begin([step('x'), step('y'), step('z'), step('next')], {
      definition: { fan_out: [{ policy, branches: ['x', 'y', 'z'] }] },
      execute: failing(...fail),
    });
    assert.equal((await clock.until(run)).outcome, outcome);
    assert.deepEqual(calls.slice(0, 3), ['x', 'y', 'z']);
    const { next, ...branches } = states(saga);
    assert.equal(Object.values(branches).join(' '), ended);
    assert.equal(next, outcome === 'succeeded' ? 'committed' : 'pending');
  });
}

// ── goals ──

test('a step whose goal was achieved commits without running', async () => {
  const asked = [];
  const { run, clock, saga, calls } = begin([step('a', { checkpoint_goal: 'image built' }), step('b', { checkpoint_goal: 'shipped' }), step('c')], {
    achieved: async (goal, { step_id }) => {
      asked.push([goal, step_id]);
      return goal === 'image built' ? { result: { image: 1 } } : undefined;
    },
    execute: (_, { results }) => results,
  });
  assert.equal((await clock.until(run)).outcome, 'succeeded');
  assert.deepEqual([asked, calls], [[['image built', 'a'], ['shipped', 'b']], ['b', 'c']]);
  assert.deepEqual(saga.steps().map(({ execute_result }) => execute_result), [{ image: 1 }, { a: { image: 1 } }, { b: { a: { image: 1 } } }]);
  const reached = saga.log().filter(({ type }) => type === 'checkpoint_reached');
  assert.deepEqual(reached.map(({ goal }) => goal), ['image built', 'shipped']);
});

test('where asking for a goal fails, the attempt has failed', async () => {
  const { run, clock, calls } = begin([step('a', { checkpoint_goal: 'g', retries: 1 })], {
    achieved: () => {
      throw new Error('nobody knows');
    },
  });
  const { outcome, error } = await clock.until(run);
  assert.deepEqual([outcome, error, calls, clock.now()], ['failed', "step 'a' failed: nobody knows", [], 1_000]);
});

test('a step that is told to stop while its goal is asked for never runs', async () => {
  const answer = deferred();
  const { run, clock, calls } = begin([step('a', { checkpoint_goal: 'g' })], { achieved: () => answer.promise });
  await clock.pass(0);
  run.cancel();
  answer.resolve(undefined);
  assert.equal((await clock.until(run)).outcome, 'failed');
  assert.deepEqual(calls, []);
});

// ── retries ──

/** retry settings: when the attempts begin */
const waits = {
  'linear from a second, as the reference': [{}, [0, 1_000, 3_000, 6_000]],
  'linear': [{ delayMs: 10 }, [0, 10, 30, 60]],
  'exponential': [{ delayMs: 10, backoff: 'exponential' }, [0, 10, 30, 70]],
  'no longer than maxDelayMs': [{ delayMs: 10, maxDelayMs: 15 }, [0, 10, 25, 40]],
  'at once': [{ delayMs: 0 }, [0, 0, 0, 0]],
};

for (const [what, [retry, expected]] of Object.entries(waits)) {
  test(`retries wait: ${what}`, async () => {
    const begun = [];
    const world = begin([step('a', { retries: 3 })], {
      retry,
      execute: () => {
        begun.push(world.clock.now());
        throw new Error('no');
      },
    });
    await world.clock.until(world.run);
    assert.deepEqual([begun, world.saga.step('a').retry_count], [expected, 3]);
  });
}

test('jitter shortens a wait by up to a half, each time alike', async () => {
  const run = async () => {
    const world = begin([step('a', { retries: 5 })], { retry: { jitter: true }, execute: failingTimes(5) });
    await world.clock.until(world.run);
    return world.clock.now();
  };
  const [first, again] = [await run(), await run()];
  assert.equal(first, again);
  assert.ok(first > 7_500 && first < 15_000, String(first));
});

test('an action may ask for a longer wait', async () => {
  const { run, clock } = begin([step('a', { retries: 1 })], {
    execute: (_, { attempt }) => {
      if (attempt === 1) throw new ActionError('busy', { retryAfterMs: 60_000 });
    },
  });
  await clock.until(run);
  assert.equal(clock.now(), 60_000);
});

for (const retryAfterMs of [NaN, -1, '5', null, Infinity]) {
  test(`a wait of ${String(retryAfterMs)} that an action asks for stops no run`, async () => {
    const { run, clock } = begin([step('a', { retries: 1 })], {
      execute: (_, { attempt }) => {
        if (attempt === 1) throw new ActionError('busy', { retryAfterMs });
      },
    });
    assert.equal((await clock.until(run)).outcome, 'succeeded');
    assert.equal(clock.now(), retryAfterMs === Infinity ? 86_400_000 : 1_000);
  });
}

test('a retry that succeeds leaves no trace but its count', async () => {
  const { run, clock, saga, calls } = begin([step('a', { retries: 2 })], { execute: failingTimes(2) });
  assert.equal((await clock.until(run)).outcome, 'succeeded');
  const { retry_count, state, error } = saga.step('a');
  assert.deepEqual([calls, retry_count, state, error], [['a', 'a 2', 'a 3'], 2, 'committed', null]);
});

test('no timer is left behind, whatever happened', async () => {
  const { run, clock } = begin([step('a', { retries: 1, depends_on: [] }), step('b', { depends_on: [] }), step('c', { depends_on: [] })], {
    execute: ({ step_id }, { attempt }) => {
      if (step_id === 'a' && attempt === 1) throw new Error('no');
      return step_id === 'b' ? new Promise(() => {}) : undefined;
    },
  });
  await clock.until(run);
  assert.equal(clock.timers, 0);
});

// ── the way back ──

test('what was done is undone in reverse order, each undo with tries of its own', async () => {
  const { run, clock, saga, calls } = begin([step('a'), step('b', { retries: 1 }), step('c')], {
    execute: failing('c'),
    compensate: ({ step_id }, { attempt }) => {
      if (step_id === 'b' && attempt === 1) throw new Error('not now');
      return `undid ${step_id}`;
    },
  });
  const { outcome, error } = await clock.until(run);
  assert.deepEqual([outcome, error], ['rolled_back', "step 'c' failed: c failed"]);
  assert.deepEqual(calls, ['a', 'b', 'c', 'undo b', 'undo b 2', 'undo a']);
  assert.deepEqual(saga.steps().map(({ compensation_result }) => compensation_result), ['undid a', 'undid b', null]);
});

test('an undo that fails for good leaves the others be, and the saga ends escalated', async () => {
  const { run, clock, saga, calls } = begin([step('a'), step('b'), step('c')], { execute: failing('c'), compensate: failing('b') });
  const { outcome, error } = await clock.until(run);
  assert.deepEqual([outcome, error], ['escalated', '1 step(s) failed compensation — Joint Liability penalty triggered']);
  assert.deepEqual([calls.slice(3), states(saga)], [['undo b', 'undo a'], { a: 'compensated', b: 'compensation_failed', c: 'failed' }]);
});

test('an undo that hangs times out', async () => {
  const { run, clock, saga } = begin([step('a', { timeout: 5 }), step('b')], { execute: failing('b'), compensate: () => new Promise(() => {}) });
  assert.equal((await clock.until(run)).outcome, 'escalated');
  assert.deepEqual([saga.step('a').error, clock.now()], ['Compensation timed out after 5s', 10_000]);
});

test('a step named in nothingToUndo is compensated without a call', async () => {
  const { run, clock, saga, calls } = begin([step('a'), step('b'), step('c')], { nothingToUndo: ['b'], execute: failing('c') });
  assert.equal((await clock.until(run)).outcome, 'rolled_back');
  assert.deepEqual([calls, states(saga)], [['a', 'b', 'c', 'undo a'], { a: 'compensated', b: 'compensated', c: 'failed' }]);
});

test('a run that committed nothing has failed', async () => {
  const { run, clock } = begin([step('a')], { execute: failing('a') });
  const { outcome, error } = await clock.until(run);
  assert.deepEqual([outcome, error], ['failed', "step 'a' failed: a failed"]);
});

/** inDoubt: [outcome, state of the step in doubt, the undos] */
const inDoubt = {
  undo: ['rolled_back', 'compensated', ['undo b', 'undo a']],
  ignore: ['rolled_back', 'failed', ['undo a']],
  escalate: ['escalated', 'failed', ['undo a']],
};

for (const [setting, [outcome, state, undos]] of Object.entries(inDoubt)) {
  test(`a step whose effect nobody knows, with inDoubt: '${setting}'`, async () => {
    const { run, clock, saga, calls } = begin([step('a'), step('b')], {
      inDoubt: setting,
      execute: ({ step_id }) => {
        if (step_id === 'b') throw new ActionError('who knows', { effect: 'in_doubt' });
      },
    });
    assert.equal((await clock.until(run)).outcome, outcome);
    assert.deepEqual([saga.step('b').state, calls.slice(2)], [state, undos]);
  });
}

test('the log of a run is the run: its fold is its state', async () => {
  const { run, clock, saga } = begin([step('a'), step('b')], { execute: failing('b') });
  await clock.until(run);
  assert.deepEqual(Saga.replay(saga.log()).snapshot(), saga.snapshot());
  assert.deepEqual(types(saga.log()), [
    ...['saga_created', 'run_started', 'attempt_started', 'step_transitioned', 'attempt_started', 'attempt_failed', 'step_transitioned'],
    ...['saga_transitioned', 'attempt_started', 'step_transitioned', 'saga_transitioned'],
  ]);
});
