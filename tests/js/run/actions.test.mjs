// What actions may do, and what becomes of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ActionError, run, SagawardError } from 'sagaward';
import { begin, deferred, forever, sagaOf, states, step, turn } from './world.mjs';

/** The saga after step `a` committed and the action of `b` did `execute`. */
async function ended(execute, options) {
  const world = begin([step('a'), step('b')], { ...options, execute: (step, context) => (step.step_id === 'a' ? 'done' : execute(context)) });
  const { outcome, error } = await world.clock.until(world.run);
  return { ...world, outcome, error, b: world.saga.step('b') };
}

// ── how actions are called ──

test('an action may return at once or later, and is told all it needs', async () => {
  const told = [];
  const { saga, run, clock } = begin([step('a', { agent: 'did:mesh:a' }), step('b')], {
    execute: ({ step_id, agent_did, state }, { signal, ...context }) => {
      told.push([step_id, agent_did, state, signal.aborted, { ...context }]);
      return step_id === 'a' ? { of: 'a' } : Promise.resolve(['b']);
    },
  });
  const result = await clock.until(run);
  assert.deepEqual(result, { outcome: 'succeeded', saga, error: null });
  const context = { sagaId: 'saga:1', sessionId: 'session-1', attempt: 1 };
  const results = (given) => Object.assign(Object.create(null), given);
  assert.deepEqual(told, [
    ['a', 'did:mesh:a', 'executing', false, { ...context, idempotencyKey: told[0][4].idempotencyKey, results: results({}) }],
    ['b', 'did:b', 'executing', false, { ...context, idempotencyKey: told[1][4].idempotencyKey, results: results({ a: { of: 'a' } }) }],
  ]);
  assert.match(told[0][4].idempotencyKey, /^[\da-f]{8}-[\da-f]{4}-5[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  assert.deepEqual(saga.steps().map(({ execute_result }) => execute_result), [{ of: 'a' }, ['b']]);
});

test('no action is called before `run` has returned', async () => {
  const { calls, run, clock } = begin([step('a')]);
  assert.deepEqual(calls, []);
  await clock.until(run);
  assert.deepEqual(calls, ['a']);
});

test('actions may be methods of an object of their own', async () => {
  class Service {
    #did = [];
    get did() {
      return this.#did;
    }
    execute({ step_id }) {
      this.#did.push(step_id);
      if (step_id === 'b') throw new Error('no');
    }
    compensate({ step_id }) {
      this.#did.push(`undo ${step_id}`);
    }
  }
  const service = new Service();
  await run(sagaOf([step('a'), step('b')]), service);
  assert.deepEqual(service.did, ['a', 'b', 'undo a']);
});

test('execution, undo and every retry have a stable idempotency key each', async () => {
  const keys = [];
  const note = (_, { idempotencyKey }) => {
    keys.push(idempotencyKey);
    throw new Error('no');
  };
  const { run, clock } = begin([step('a', { retries: 1 }), step('b')], {
    execute: ({ step_id }, context) => step_id === 'b' && note(step_id, context),
    compensate: note,
  });
  await clock.until(run);
  const [execute, undo, again] = keys;
  assert.equal(keys.length, 3);
  assert.notEqual(execute, undo);
  assert.equal(undo, again);
});

// ── failure ──

const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

/** what is thrown: [the error of the step] */
const thrown = {
  'an Error': [new Error('no'), 'no'],
  'a string': ['no', 'no'],
  'undefined': [undefined, 'undefined'],
  'null': [null, 'null'],
  'an object without text': [Object.create(null), 'something that has no text was thrown'],
  'half a surrogate pair': [new Error('a\ud800b'), 'a\ufffdb'],
  'a revoked proxy': [revoked(), 'something that has no text was thrown'],
};

for (const [what, [value, error]] of Object.entries(thrown)) {
  for (const [how, fail] of [['throws', () => { throw value; }], ['rejects with', () => Promise.reject(value)]]) {
    test(`an action that ${how} ${what} has failed, and what was done is undone`, async () => {
      const { saga, calls, outcome, b } = await ended(fail);
      assert.deepEqual([outcome, calls, states(saga)], ['rolled_back', ['a', 'b', 'undo a'], { a: 'compensated', b: 'failed' }]);
      assert.equal(b.error, error);
    });
  }
}

test('an ActionError says that the effect is in doubt: the step is undone first', async () => {
  const { calls, outcome, b } = await ended(() => {
    throw new ActionError('the line went dead', { effect: 'in_doubt' });
  });
  assert.deepEqual([outcome, calls, b.state], ['rolled_back', ['a', 'b', 'undo b', 'undo a'], 'compensated']);
});

test('an ActionError that is not retryable uses up all tries', async () => {
  const { run, clock, calls } = begin([step('a', { retries: 3 })], {
    execute: () => {
      throw new ActionError('never', { retryable: false });
    },
  });
  assert.equal((await clock.until(run)).outcome, 'failed');
  assert.deepEqual(calls, ['a']);
});

test('an ActionError says what it is', () => {
  const cause = new Error('why');
  const { name, message, retryable, effect, retryAfterMs, cause: given } = new ActionError('no', { cause });
  assert.deepEqual({ name, message, retryable, effect, retryAfterMs, given }, { name: 'ActionError', message: 'no', retryable: true, effect: 'none', retryAfterMs: undefined, given: cause });
  assert.ok(new ActionError('no') instanceof Error);
});

// ── time-outs and aborts ──

test('an action that hangs and ignores its signal times out, has its grace, and is undone', async () => {
  let signal;
  const { calls, outcome, error, clock } = await ended((context) => ((signal = context.signal), forever()), { abortGraceMs: 700 });
  assert.deepEqual([outcome, calls], ['rolled_back', ['a', 'b', 'undo b', 'undo a']]);
  assert.equal(error, "step 'b' failed: Step b timed out after 300s (attempt 1/1)");
  assert.deepEqual([signal.aborted, signal.reason instanceof SagawardError, signal.reason.code], [true, true, 'aborted']);
  assert.equal(clock.now(), 300_700);
});

/** What an action does when it is told to stop: [the state of its step, the calls] */
const afterAbort = {
  'fails': [({ reject }) => reject(new Error('stopped')), 'compensated', ['a', 'b', 'undo b', 'undo a']],
  'fails and denies its effect': [({ reject }) => reject(new ActionError('stopped', { effect: 'none' })), 'compensated', ['a', 'b', 'undo b', 'undo a']],
  'succeeds all the same': [({ resolve }) => resolve('late'), 'committed', ['a', 'b']],
};

for (const [what, [settle, state, called]] of Object.entries(afterAbort)) {
  test(`an action that ${what} within the abort grace`, async () => {
    const { calls, b, clock } = await ended(({ signal }) => {
      const action = deferred();
      signal.addEventListener('abort', () => settle(action));
      return action.promise;
    });
    assert.deepEqual([b.state, calls, clock.now()], [state, called, 300_000]);
  });
}

for (const how of ['resolve', 'reject']) {
  test(`an action that settles after its grace (${how}) changes nothing`, async () => {
    const action = deferred();
    const { saga, run } = await ended(() => action.promise);
    const { seq } = saga;
    action[how](new Error('late'));
    await turn();
    assert.equal(saga.seq, seq);
    assert.equal((await run).outcome, 'rolled_back');
  });
}

test('a retry after a time-out begins only when the action before has settled', async () => {
  const first = deferred();
  const { run, clock, calls, saga } = begin([step('a', { retries: 1, timeout: 10 })], { execute: (_, { attempt }) => (attempt === 1 ? first.promise : 'second') });
  await clock.pass(14_000);
  assert.deepEqual(calls, ['a']);
  first.reject(new Error('stopped'));
  assert.equal((await clock.until(run)).outcome, 'succeeded');
  assert.deepEqual([calls, saga.step('a').execute_result, clock.now()], [['a', 'a 2'], 'second', 15_000]);
});

// ── results ──

const protoKey = JSON.parse('{"__proto__": {"polluted": true}, "b": 1, "a": 2, "10": 3}');

/** result: what is kept, as JSON text */
const kept = {
  'undefined': [undefined, 'null'],
  'null': [null, 'null'],
  'false': [false, 'false'],
  'a number': [-0.5, '-0.5'],
  'NaN': [NaN, 'null'],
  'text': ['日本 😀 \u0000', '"日本 😀 \\u0000"'],
  'what has a toJSON': [new Date(0), '"1970-01-01T00:00:00.000Z"'],
  'keys in their order, `__proto__` among them': [protoKey, '{"10":3,"__proto__":{"polluted":true},"b":1,"a":2}'],
  '100 levels': [JSON.parse('['.repeat(100) + ']'.repeat(100)), '['.repeat(100) + ']'.repeat(100)],
};

for (const [what, [result, json]] of Object.entries(kept)) {
  test(`a result is any JSON value: ${what}`, async () => {
    const seen = [];
    const { run, clock, saga } = begin([step('a'), step('b')], {
      execute: ({ step_id }, { results }) => (step_id === 'a' ? result : void seen.push(results.a)),
    });
    assert.equal((await clock.until(run)).outcome, 'succeeded');
    assert.deepEqual([saga.step('a').execute_result, seen[0]].map((value) => JSON.stringify(value)), [json, json]);
    assert.equal({}.polluted, undefined);
  });
}

const cyclic = {};
cyclic.self = cyclic;

/** result: the error of the step */
const refused = {
  'a BigInt': [{ big: 1n }, /result of step 'b' cannot be written as JSON/],
  'a cycle': [cyclic, /result of step 'b' cannot be written as JSON/],
  'a function': [() => {}, /result of step 'b' cannot be written as JSON: it is function/],
  'a symbol': [Symbol('no'), /result of step 'b' cannot be written as JSON: it is symbol/],
  'a toJSON that throws': [{ toJSON() { throw new Error('shy'); } }, /result of step 'b' cannot be written as JSON: shy/],
  'more levels than a log can hold': [JSON.parse('['.repeat(200) + ']'.repeat(200)), /deep/],
  'a million levels': [Array.from({ length: 1_000_000 }).reduce((inner) => [inner], []), /./],
  'half a surrogate pair': [{ text: 'a\ud800b' }, /surrogate/],
  'half a surrogate pair as a key': [{ '\udc00': 1 }, /surrogate/],
};

for (const [what, [result, error]] of Object.entries(refused)) {
  test(`a result that cannot be kept fails the step, in doubt and without retry: ${what}`, async () => {
    const world = begin([step('a'), step('b', { retries: 2 })], { execute: ({ step_id }) => (step_id === 'b' ? result : null) });
    const { outcome } = await world.clock.until(world.run);
    assert.deepEqual([outcome, world.calls], ['rolled_back', ['a', 'b', 'undo b', 'undo a']]);
    assert.match(world.saga.log().find(({ type }) => type === 'attempt_failed').error, error);
  });

  test(`a result of an undo that cannot be kept fails the undo: ${what}`, async () => {
    const { run, clock, saga } = begin([step('b'), step('c')], {
      execute: ({ step_id }) => {
        if (step_id === 'c') throw new Error('no');
      },
      compensate: () => result,
    });
    assert.equal((await clock.until(run)).outcome, 'escalated');
    assert.equal(saga.step('b').state, 'compensation_failed');
  });
}

test('a result is kept as it was when the action returned it', async () => {
  const result = { count: 1 };
  const { run, clock, saga } = begin([step('a'), step('b')], {
    execute: ({ step_id }, { results }) => {
      if (step_id === 'a') return result;
      result.count = 2;
      assert.throws(() => (results.a.count = 3), TypeError);
      return results.a.count;
    },
  });
  await clock.until(run);
  assert.equal(saga.step('b').execute_result, 1);
});
