// The stop button without attached sagas: callbacks, substitutes, explicit steps, records.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { KillSwitch, SagawardError } from 'sagaward';
import { VirtualClock } from './run/world.mjs';

const A = 'did:a';
const request = (more) => ({ agent_did: A, session_id: 'session-1', reason: 'manual', ...more });
const steps = (...ids) => ids.map((step_id) => ({ step_id, saga_id: 'saga:1' }));
const forever = () => new Promise(() => {});
/** Of each hand-off what was decided. */
const decided = ({ handoffs }) => handoffs.map(({ step_id, to_agent, status, error }) => [step_id, to_agent, status, ...(error === undefined ? [] : [error])]);

// ── the record ──

test('a kill is recorded with the fields of the reference, and more', async () => {
  const times = [1_000, 1_250];
  const kills = new KillSwitch({ now: () => times.shift() });
  kills.registerAgent(A, () => {});
  kills.registerSubstitute('session-1', 'did:b');
  const record = await kills.kill(request({ details: 'by hand', in_flight_steps: steps('one') }));
  assert.match(record.kill_id, /^kill:[0-9a-f]{16}$/);
  assert.deepEqual(record, {
    kill_id: record.kill_id,
    agent_did: A,
    session_id: 'session-1',
    reason: 'manual',
    timestamp: '1970-01-01T00:00:01.000Z',
    handoffs: [{ step_id: 'one', saga_id: 'saga:1', from_agent: A, to_agent: 'did:b', status: 'handed_off', in_doubt: true }],
    handoff_success_count: 1,
    compensation_triggered: false,
    terminated: true,
    termination: 'confirmed',
    error: null,
    duration_ms: 250,
    details: 'by hand',
  });
  assert.deepEqual(kills.killHistory(), [record]);
  assert.deepEqual([kills.totalKills, kills.totalHandoffs], [1, 1]);
});

test('a kill counts its time by the clock of its switch', async () => {
  const clock = new VirtualClock();
  const kills = new KillSwitch({ callbackTimeoutMs: 3_600_000, clock });
  kills.registerAgent(A, forever);
  for (const silent of ['did:b', 'did:c']) kills.registerSubstitute('session-1', silent, forever);
  const record = await clock.until(kills.kill(request({ in_flight_steps: steps('one') })));
  assert.deepEqual([record.timestamp, record.termination, record.duration_ms], ['1970-01-01T00:00:00.000Z', 'timed_out', 3 * 3_600_000]);
  assert.equal(clock.timers, 0);
  const restored = KillSwitch.restore(kills.snapshot(), { clock });
  restored.registerAgent('did:d', forever);
  assert.equal((await clock.until(restored.kill(request({ agent_did: 'did:d' })))).timestamp, '1970-01-01T03:00:00.000Z');
});

test('a clock whose timers fail stops no kill', async () => {
  const broken = () => { throw new Error('no timers here'); };
  const kills = new KillSwitch({ callbackTimeoutMs: 20, clock: { now: broken, setTimeout: broken, clearTimeout: broken } });
  kills.registerAgent(A, forever);
  assert.equal((await kills.kill(request())).termination, 'timed_out');
  const lame = new KillSwitch({ clock: { now: Date.now, setTimeout, clearTimeout: broken } });
  lame.registerAgent(A, () => {});
  assert.equal((await lame.kill(request())).termination, 'confirmed');
});

test('records are frozen, and no copy of the history changes the history', async () => {
  const kills = new KillSwitch();
  const record = await kills.kill(request({ in_flight_steps: steps('one') }));
  for (const one of [record, ...kills.killHistory()]) for (const value of [one, one.handoffs, one.handoffs[0]]) assert.ok(Object.isFrozen(value));
  kills.killHistory().length = 0;
  assert.equal(kills.killHistory().length, 1);
});

test('the history keeps the last records, the totals count all', async () => {
  const kills = new KillSwitch({ historyLimit: 2 });
  for (const agent_did of ['did:1', 'did:2', 'did:3']) await kills.kill(request({ agent_did }));
  assert.deepEqual(kills.killHistory().map(({ agent_did }) => agent_did), ['did:2', 'did:3']);
  assert.equal(kills.totalKills, 3);
});

for (const reason of ['behavioral_drift', 'rate_limit', 'ring_breach', 'manual', 'quarantine_timeout', 'session_timeout']) {
  test(`an agent may be killed for ${reason}`, async () => {
    assert.equal((await new KillSwitch().kill(request({ reason }))).reason, reason);
  });
}

const clocks = {
  throws: () => { throw new Error('no time'); },
  'gives NaN': () => NaN,
  'gives text': () => 'noon',
  'lies before 1970': () => -5,
  'runs backwards': (() => { let now = 1e12; return () => (now -= 1000); })(),
  'lies beyond all dates': () => 1e300,
};
for (const [name, now] of Object.entries(clocks)) {
  test(`a kill goes on with a clock that ${name}`, async () => {
    const kills = new KillSwitch({ now });
    kills.registerAgent(A, () => {});
    const { terminated, timestamp, duration_ms, error } = await kills.kill(request());
    assert.deepEqual([terminated, error, new Date(timestamp).toISOString()], [true, null, timestamp]);
    assert.ok(duration_ms >= 0);
    assert.ok(kills.isKilled(A));
  });
}

// ── termination callbacks ──

const callbacks = {
  'returns': [() => 'anything', 'confirmed', null],
  'resolves': [async () => 'anything', 'confirmed', null],
  'returns a thenable': [() => ({ then: (resolve) => resolve('fine') }), 'confirmed', null],
  'returns false': [() => false, 'confirmed', null],
  'returns a symbol': [() => Symbol('done'), 'confirmed', null],
  'throws synchronously': [() => { throw new Error('will not'); }, 'threw', 'will not'],
  'throws nothing': [() => { throw undefined; }, 'threw', 'undefined'],
  'throws what has no text': [() => { throw Object.create(null); }, 'threw', 'something that has no text was thrown'],
  'throws an error whose message throws': [() => { throw Object.defineProperty(new Error(), 'message', { get() { throw 1; } }); }, 'threw', 'something that has no text was thrown'],
  'throws an error whose message is no text': [() => { throw Object.assign(new Error(), { message: { a: 1 } }); }, 'threw', '[object Object]'],
  'rejects': [async () => { throw new Error('cannot'); }, 'threw', 'cannot'],
  'returns a thenable that rejects': [() => ({ then: (_, reject) => reject('no') }), 'threw', 'no'],
  'returns a thenable that throws': [() => ({ then() { throw new Error('bad then'); } }), 'threw', 'bad then'],
  'returns something whose then cannot be read': [() => ({ get then() { throw new Error('bad get'); } }), 'threw', 'bad get'],
  'hangs': [forever, 'timed_out', 'the termination callback did not settle within 20 ms'],
  'returns a thenable that hangs': [() => ({ then() {} }), 'timed_out', 'the termination callback did not settle within 20 ms'],
};
for (const [name, [callback, termination, error]] of Object.entries(callbacks)) {
  test(`a callback that ${name}: ${termination}`, async () => {
    const kills = new KillSwitch({ callbackTimeoutMs: 20 });
    kills.registerAgent(A, callback);
    const record = await kills.kill(request());
    assert.deepEqual([record.termination, record.terminated, record.error], [termination, termination === 'confirmed', error]);
    assert.deepEqual([kills.isKilled(A), kills.isRegistered(A), kills.totalKills], [true, false, 1]);
  });
}

test('an agent without a callback is fenced all the same', async () => {
  const kills = new KillSwitch();
  const { termination, terminated, error } = await kills.kill(request());
  assert.deepEqual([termination, terminated, error, kills.isKilled(A)], ['no_handler', false, null, true]);
});

test('a callback is told of the kill, and by its signal that its time is up', async () => {
  const kills = new KillSwitch({ callbackTimeoutMs: 20 });
  let told;
  kills.registerAgent(A, (context) => {
    told = context;
    assert.equal(context.signal.aborted, false);
    return forever();
  });
  const { kill_id } = await kills.kill(request({ details: 'why' }));
  const { signal, ...rest } = told;
  assert.deepEqual(rest, { killId: kill_id, agentDid: A, sessionId: 'session-1', reason: 'manual', details: 'why' });
  assert.deepEqual([signal.aborted, signal.reason.code], [true, 'timed_out']);
});

test('the signal of a callback that settles in time is never aborted', async () => {
  const kills = new KillSwitch();
  let signal;
  kills.registerAgent(A, (context) => { signal = context.signal; });
  await kills.kill(request());
  assert.equal(signal.aborted, false);
});

test('a callback that rejects once its time is up is no unhandled rejection', async () => {
  const kills = new KillSwitch({ callbackTimeoutMs: 20 });
  let fail;
  kills.registerAgent(A, () => new Promise((_, reject) => (fail = reject)));
  await kills.kill(request());
  fail(new Error('too late'));
  await new Promise(setImmediate);
  assert.equal(kills.killHistory()[0].termination, 'timed_out');
});

test('an AbortController is aborted with a reason, and nobody knows who listened', async () => {
  const kills = new KillSwitch();
  const controller = new AbortController();
  kills.registerAgent(A, controller);
  const { termination, terminated } = await kills.kill(request());
  assert.deepEqual([termination, terminated], ['signalled', false]);
  assert.ok(controller.signal.reason instanceof SagawardError);
  assert.deepEqual([controller.signal.reason.code, controller.signal.reason.message], ['killed', "The agent 'did:a' was killed."]);
});

test('what is registered again replaces what was there; what is unregistered is not called', async () => {
  const kills = new KillSwitch();
  const called = [];
  kills.registerAgent(A, () => called.push('first'));
  kills.registerAgent(A, () => called.push('second'));
  kills.registerAgent('did:b', () => called.push('never'));
  kills.unregisterAgent('did:b');
  kills.unregisterAgent('did:b');
  assert.deepEqual([kills.isRegistered(A), kills.isRegistered('did:b')], [true, false]);
  await Promise.all([kills.kill(request()), kills.kill(request({ agent_did: 'did:b' }))]);
  assert.deepEqual(called, ['second']);
});

// ── the fence ──

test('the fence stands when kill returns, before anything is awaited', async () => {
  const kills = new KillSwitch();
  kills.registerSubstitute('elsewhere', A);
  const signal = kills.signal(A);
  assert.deepEqual([kills.isKilled(A), signal.aborted], [false, false]);
  const seen = [];
  kills.registerAgent(A, () => seen.push(kills.isKilled(A), signal.aborted, kills.substitutes('elsewhere')));
  const killing = kills.kill(request());
  assert.deepEqual(seen, [true, true, []]);
  assert.equal(signal.reason.code, 'killed');
  assert.equal(kills.signal(A), signal);
  await killing;
});

test('the signal of an agent that was killed before has fired', async () => {
  const kills = new KillSwitch();
  await kills.kill(request());
  assert.equal(kills.signal(A).aborted, true);
  assert.equal(kills.signal('did:b').aborted, false);
});

test('who registers after a kill is let back in, with a new signal', async () => {
  const kills = new KillSwitch();
  const before = kills.signal(A);
  await kills.kill(request());
  kills.registerAgent(A, () => {});
  assert.deepEqual([kills.isKilled(A), before.aborted, kills.signal(A).aborted], [false, true, false]);
  kills.registerSubstitute('s', A);
  assert.deepEqual(kills.substitutes('s'), [A]);
  assert.equal((await kills.kill(request())).termination, 'confirmed');
});

test('who registers while its kill runs is let back in, and its next kill is one of its own', async () => {
  const kills = new KillSwitch();
  let end;
  kills.registerAgent(A, () => new Promise((resolve) => (end = resolve)));
  const first = kills.kill(request());
  kills.registerAgent(A, () => {});
  assert.equal(kills.isKilled(A), false);
  const second = await kills.kill(request());
  assert.deepEqual([second.termination, kills.isKilled(A)], ['confirmed', true]);
  end();
  assert.notEqual((await first).kill_id, second.kill_id);
  assert.equal(kills.totalKills, 2);
});

test("agents may be called like Object's own properties", async () => {
  const kills = new KillSwitch();
  for (const agent_did of ['__proto__', 'constructor', 'hasOwnProperty', '']) {
    assert.equal(kills.isKilled(agent_did), false);
    await kills.kill(request({ agent_did }));
    assert.equal(kills.isKilled(agent_did), true);
  }
});

// ── who takes the steps ──

/** name: [substitutes with what they answer, what becomes of the step] */
const b = 'did:b';
const c = 'did:c';
const answers = {
  'nobody is there': [[], ['s', null, 'compensated']],
  'one that does not ask': [[[b]], ['s', b, 'handed_off']],
  'accepts': [[[b, () => true]], ['s', b, 'handed_off']],
  'accepts later': [[[b, async () => true]], ['s', b, 'handed_off']],
  'accepts by a thenable': [[[b, () => ({ then: (resolve) => resolve(true) })]], ['s', b, 'handed_off']],
  'declines': [[[b, () => false]], ['s', null, 'compensated', 'did:b declined']],
  'throws': [[[b, () => { throw new Error('busy'); }]], ['s', null, 'compensated', 'did:b: busy']],
  'rejects': [[[b, async () => { throw 'full'; }]], ['s', null, 'compensated', 'did:b: full']],
  'hangs': [[[b, forever]], ['s', null, 'compensated', 'did:b: did not answer in time']],
  'answers undefined': [[[b, () => {}]], ['s', null, 'compensated', 'did:b: answered neither true nor false']],
  'answers 1': [[[b, () => 1]], ['s', null, 'compensated', 'did:b: answered neither true nor false']],
  'answers "true"': [[[b, async () => 'true']], ['s', null, 'compensated', 'did:b: answered neither true nor false']],
  'answers true as an object': [[[b, () => new Boolean(true)]], ['s', null, 'compensated', 'did:b: answered neither true nor false']],
  'the first of two comes first': [[[b], [c]], ['s', b, 'handed_off']],
  'the next is asked when the first declines': [[[b, () => false], [c, () => true]], ['s', c, 'handed_off']],
  'the next is asked when the first hangs': [[[b, forever], [c]], ['s', c, 'handed_off']],
  'all decline': [[[b, () => false], [c, () => { throw new Error('no'); }]], ['s', null, 'compensated', 'did:c: no']],
  'the killed agent itself is none': [[[A], [b]], ['s', b, 'handed_off']],
};
for (const [name, [substitutes, expected]] of Object.entries(answers)) {
  test(`a step is offered: ${name}`, async () => {
    const kills = new KillSwitch({ callbackTimeoutMs: 20 });
    for (const [agent, accept] of substitutes) kills.registerSubstitute('session-1', agent, accept);
    const record = await kills.kill(request({ in_flight_steps: steps('s') }));
    const taken = expected[2] === 'handed_off';
    assert.deepEqual(decided(record), [expected]);
    assert.deepEqual([record.handoff_success_count, record.compensation_triggered, kills.totalHandoffs], [taken ? 1 : 0, !taken, taken ? 1 : 0]);
  });
}

test('an offer says all about the step', async () => {
  const kills = new KillSwitch();
  const offers = [];
  kills.registerSubstitute('session-1', b, (offer) => offers.push(offer) > 0);
  const { kill_id } = await kills.kill(request({ in_flight_steps: steps('s') }));
  assert.deepEqual(offers, [{ step_id: 's', saga_id: 'saga:1', session_id: 'session-1', from_agent: A, to_agent: b, kill_id, in_doubt: true }]);
});

test('substitutes belong to their session', async () => {
  const kills = new KillSwitch();
  kills.registerSubstitute('session-2', b);
  assert.deepEqual(decided(await kills.kill(request({ in_flight_steps: steps('s') }))), [['s', null, 'compensated']]);
});

const sharing = { first: [b, b, b, b], round_robin: [b, c, b, c] };
for (const [order, takers] of Object.entries(sharing)) {
  test(`several substitutes share by ${order}`, async () => {
    const kills = new KillSwitch({ substitutes: order });
    kills.registerSubstitute('session-1', b);
    kills.registerSubstitute('session-1', c, () => true);
    const record = await kills.kill(request({ in_flight_steps: steps('1', '2', '3', '4') }));
    assert.deepEqual(record.handoffs.map(({ to_agent }) => to_agent), takers);
  });
}

test('substitutes are listed in their order, once each', () => {
  const kills = new KillSwitch();
  kills.registerSubstitute('s', b);
  kills.registerSubstitute('s', c);
  kills.registerSubstitute('s', b, () => false);
  assert.deepEqual([kills.substitutes('s'), kills.substitutes('elsewhere')], [[b, c], []]);
  kills.unregisterSubstitute('s', b);
  kills.unregisterSubstitute('elsewhere', b);
  assert.deepEqual(kills.substitutes('s'), [c]);
});

test('a substitute that no longer wants to be asked is not', async () => {
  const kills = new KillSwitch();
  kills.registerSubstitute('session-1', b, () => assert.fail('it is not asked'));
  kills.registerSubstitute('session-1', b);
  assert.deepEqual(decided(await kills.kill(request({ in_flight_steps: steps('s') }))), [['s', b, 'handed_off']]);
});

test('a substitute that is killed while it is asked takes nothing', async () => {
  const kills = new KillSwitch();
  kills.registerSubstitute('session-1', b, async () => {
    await kills.kill(request({ agent_did: b }));
    return true;
  });
  kills.registerSubstitute('session-1', c);
  assert.deepEqual(decided(await kills.kill(request({ in_flight_steps: steps('s') }))), [['s', c, 'handed_off']]);
});

test('a substitute that is unregistered while it is asked takes nothing', async () => {
  const kills = new KillSwitch();
  kills.registerSubstitute('session-1', b, () => {
    kills.unregisterSubstitute('session-1', b);
    return true;
  });
  assert.deepEqual(decided(await kills.kill(request({ in_flight_steps: steps('s') }))), [['s', null, 'compensated', 'did:b is no longer a substitute']]);
});

test('a killed agent cannot register as a substitute', async () => {
  const kills = new KillSwitch();
  await kills.kill(request({ agent_did: b }));
  kills.registerSubstitute('session-1', b);
  assert.deepEqual(kills.substitutes('session-1'), []);
});

// ── explicit steps ──

const throwing = { get step_id() { throw new Error('no'); } };
const cyclic = { step_id: 's' };
cyclic.self = cyclic;
const deep = JSON.parse('['.repeat(5_000) + ']'.repeat(5_000));
/** name: [in_flight_steps, what becomes of each] */
const explicit = {
  'none': [undefined, []],
  'null': [null, []],
  'an empty list': [[], []],
  'ids': [steps('a', 'b'), [['a', null, 'compensated'], ['b', null, 'compensated']]],
  'a step twice': [steps('a', 'a'), [['a', null, 'compensated'], ['a', null, 'compensated']]],
  'missing ids are empty': [[{}], [['', null, 'compensated']]],
  'more than ids': [[{ step_id: 's', saga_id: 'x', big: 1n, deep, run() {} }], [['s', null, 'compensated']]],
  'a cycle beside the ids': [[cyclic], [['s', null, 'compensated']]],
  'half a character': [[{ step_id: 's\ud83d' }], [['s\ufffd', null, 'compensated']]],
  'an id that is a number': [[{ step_id: 5 }], [['', null, 'failed', 'step_id is not a string: a number']]],
  'an id that is a BigInt': [[{ step_id: 5n }], [['', null, 'failed', 'step_id is not a string: a number']]],
  'an id that is null': [[{ step_id: null }], [['', null, 'failed', 'step_id is not a string: null']]],
  'an id that is nested deep': [[{ step_id: 's', saga_id: deep }], [['', null, 'failed', 'saga_id is not a string: an array']]],
  'a getter that throws': [[throwing], [['', null, 'failed', 'the step is not an object: null']]],
  'no objects': [['a', 5, null, undefined, [], 5n, () => {}], ['a string', 'a number', 'null', 'null', 'an array', 'a number', 'an object'].map((kind) => ['', null, ...(kind === 'an object' ? ['compensated'] : ['failed', `the step is not an object: ${kind}`])])],
  'holes': [[, { step_id: 's' }], [['', null, 'failed', 'the step is not an object: null'], ['s', null, 'compensated']]],
  'text': ['abc', [['', null, 'failed', 'in_flight_steps is not an array: a string']]],
  'an object': [{ step_id: 's' }, [['', null, 'failed', 'in_flight_steps is not an array: an object']]],
  'a wrong step among right ones': [[{ step_id: 'a' }, 5, { step_id: 'b' }], [['a', null, 'compensated'], ['', null, 'failed', 'the step is not an object: a number'], ['b', null, 'compensated']]],
};
for (const [name, [in_flight_steps, expected]] of Object.entries(explicit)) {
  test(`explicit steps: ${name}`, async () => {
    const kills = new KillSwitch();
    kills.registerAgent(A, () => {});
    const record = await kills.kill(request({ in_flight_steps }));
    assert.deepEqual(decided(record), expected);
    assert.deepEqual([record.terminated, record.compensation_triggered], [true, expected.some(([, , status]) => status === 'compensated')]);
  });
}

for (const [name, callback] of Object.entries({ throws: callbacks['throws synchronously'][0], hangs: forever })) {
  test(`explicit steps are offered also where the callback ${name}: nobody else could say when they settle`, async () => {
    const kills = new KillSwitch({ callbackTimeoutMs: 20 });
    kills.registerAgent(A, callback);
    kills.registerSubstitute('session-1', b);
    assert.deepEqual(decided(await kills.kill(request({ in_flight_steps: steps('s') }))), [['s', b, 'handed_off']]);
  });
}

test('half a character in the details stops no kill', async () => {
  assert.equal((await new KillSwitch().kill(request({ details: 'cut \ud83d' }))).details, 'cut \ufffd');
});

// ── wrong requests ──

const wrong = {
  'nothing': [undefined, /the request must be an object, not undefined/],
  'text': ['did:a', /the request must be an object, not string/],
  'a list': [[], /the request must be an object, not an array/],
  'no agent': [request({ agent_did: undefined }), /agent_did/],
  'an agent that is a number': [request({ agent_did: 5 }), /agent_did/],
  'an agent that is an object': [request({ agent_did: { toString: () => A } }), /agent_did/],
  'half a character in the agent': [request({ agent_did: '\ud83d' }), /agent_did.*surrogate/],
  'half a character in the session': [request({ session_id: '\ud83d' }), /session_id.*surrogate/],
  'no session': [request({ session_id: undefined }), /session_id/],
  'a session that is null': [request({ session_id: null }), /session_id/],
  'no reason': [request({ reason: undefined }), /reason/],
  'an unknown reason': [request({ reason: 'boredom' }), /boredom.*behavioral_drift.*session_timeout/],
  'details that are an object': [request({ details: {} }), /details/],
  'an unknown field': [request({ agentDid: A }), /agentDid/],
};
for (const [name, [given, message]] of Object.entries(wrong)) {
  test(`a wrong request is rejected before any effect: ${name}`, async () => {
    const kills = new KillSwitch();
    kills.registerAgent(A, () => assert.fail('the callback is not called'));
    const signal = kills.signal(A);
    await assert.rejects(kills.kill(given), (error) => {
      assert.ok(error instanceof SagawardError);
      assert.equal(error.code, 'bad_argument', error.message);
      assert.match(error.message, message);
      return true;
    });
    assert.deepEqual([kills.isKilled(A), kills.isRegistered(A), signal.aborted, kills.totalKills, kills.killHistory()], [false, true, false, 0, []]);
  });
}

test('a request that cannot be written is rejected as not_json', async () => {
  await assert.rejects(new KillSwitch().kill(request({ reason: 1n })), { code: 'not_json' });
});

const bad = {
  'registerAgent: an agent that is a number': [(kills) => kills.registerAgent(5, () => {}), 'bad_argument', /agentDid/],
  'registerAgent: half a character': [(kills) => kills.registerAgent('\ud83d', () => {}), 'bad_argument', /agentDid.*surrogate/],
  'registerAgent: no callback': [(kills) => kills.registerAgent(A), 'bad_argument', /termination/],
  'registerAgent: a promise': [(kills) => kills.registerAgent(A, Promise.resolve()), 'bad_argument', /termination/],
  'registerAgent: a signal': [(kills) => kills.registerAgent(A, new AbortController().signal), 'bad_argument', /AbortController/],
  'unregisterAgent: null': [(kills) => kills.unregisterAgent(null), 'bad_argument', /agentDid/],
  'registerSubstitute: no agent': [(kills) => kills.registerSubstitute('s'), 'bad_argument', /agentDid/],
  'registerSubstitute: a session that is an object': [(kills) => kills.registerSubstitute({}, A), 'bad_argument', /sessionId/],
  'registerSubstitute: an answer instead of a callback': [(kills) => kills.registerSubstitute('s', A, true), 'bad_argument', /accept must be a function, not boolean/],
  'isKilled: undefined': [(kills) => kills.isKilled(), 'bad_argument', /agentDid/],
  'signal: undefined': [(kills) => kills.signal(), 'bad_argument', /agentDid/],
  'attach: no saga': [(kills) => kills.attach({}), 'bad_argument', /Saga/],
  'detach: no saga': [(kills) => kills.detach(undefined), 'bad_argument', /Saga/],
  'options: null': [() => new KillSwitch(null), 'bad_argument', /options/],
  'options: an unknown one': [() => new KillSwitch({ timeout: 5 }), 'bad_option', /timeout/],
  'options: a negative time-out': [() => new KillSwitch({ callbackTimeoutMs: -1 }), 'bad_option', /callbackTimeoutMs/],
  'options: a time-out longer than any timer': [() => new KillSwitch({ callbackTimeoutMs: 2 ** 31 }), 'bad_option', /callbackTimeoutMs/],
  'options: an endless time-out': [() => new KillSwitch({ callbackTimeoutMs: Infinity }), 'bad_option', /callbackTimeoutMs/],
  'options: an unknown order': [() => new KillSwitch({ substitutes: 'random' }), 'bad_option', /substitutes/],
  'options: a wrong way': [() => new KillSwitch({ onUnconfirmed: 'ignore' }), 'bad_option', /onUnconfirmed/],
  'options: part of a record': [() => new KillSwitch({ historyLimit: 1.5 }), 'bad_option', /historyLimit/],
  'options: a clock that is a time': [() => new KillSwitch({ now: 0 }), 'bad_argument', /now must be a function/],
  'options: a clock without timers': [() => new KillSwitch({ clock: { now: () => 0 } }), 'bad_argument', /clock.setTimeout must be a function/],
};
for (const [name, [call, code, message]] of Object.entries(bad)) {
  test(`bad use throws: ${name}`, () => {
    assert.throws(() => call(new KillSwitch()), (error) => {
      assert.ok(error instanceof SagawardError, String(error));
      assert.equal(error.code, code, error.message);
      assert.match(error.message, message);
      return true;
    });
  });
}

// ── kills at the same time ──

test('a second kill joins the running one: one callback, one record, the steps of both', async () => {
  const kills = new KillSwitch();
  let called = 0;
  kills.registerAgent(A, async () => void called++);
  const [first, second] = await Promise.all([
    kills.kill(request({ in_flight_steps: steps('1', '2') })),
    kills.kill(request({ in_flight_steps: steps('2', '3'), reason: 'rate_limit' })),
  ]);
  assert.equal(first, second);
  assert.deepEqual([called, kills.totalKills, first.reason], [1, 1, 'manual']);
  assert.deepEqual(first.handoffs.map(({ step_id }) => step_id), ['1', '2', '3']);
});

test('a wrong request is rejected also where it would join', async () => {
  const kills = new KillSwitch();
  const running = kills.kill(request());
  await assert.rejects(kills.kill(request({ reason: 'boredom' })), { code: 'bad_argument' });
  assert.equal((await running).error, null);
});

test('a later kill says already_killed, and moves only what was not moved', async () => {
  const kills = new KillSwitch();
  let called = 0;
  kills.registerAgent(A, () => void called++);
  await kills.kill(request({ in_flight_steps: steps('1', '2') }));
  kills.registerSubstitute('session-1', b);
  const later = await kills.kill(request({ in_flight_steps: steps('2', '3') }));
  assert.deepEqual([later.termination, later.terminated, called, kills.totalKills], ['already_killed', false, 1, 2]);
  assert.deepEqual(decided(later), [['3', b, 'handed_off']]);
  assert.deepEqual(decided(await kills.kill(request({ in_flight_steps: steps('1', '2', '3') }))), []);
});

test('a callback may kill its own agent again, and others', async () => {
  const kills = new KillSwitch();
  let own;
  kills.registerAgent('did:b', () => {});
  kills.registerAgent(A, async () => {
    own = kills.kill(request());
    assert.equal((await kills.kill(request({ agent_did: 'did:b' }))).termination, 'confirmed');
  });
  const record = await kills.kill(request());
  assert.deepEqual([record.termination, await own === record, kills.totalKills], ['confirmed', true, 2]);
});

test('a callback that awaits its own kill waits for itself', async () => {
  const kills = new KillSwitch({ callbackTimeoutMs: 20 });
  kills.registerAgent(A, () => kills.kill(request()));
  const { termination } = await kills.kill(request());
  assert.deepEqual([termination, kills.totalKills], ['timed_out', 1]);
});

test('two callbacks that await the kill of each other both end', async () => {
  const kills = new KillSwitch({ callbackTimeoutMs: 20 });
  kills.registerAgent(A, () => kills.kill(request({ agent_did: b })));
  kills.registerAgent(b, () => kills.kill(request()));
  await Promise.all([kills.kill(request()), kills.kill(request({ agent_did: b }))]);
  assert.deepEqual(kills.killHistory().map(({ agent_did }) => agent_did).sort(), [A, b]);
});

test('a callback may register and unregister', async () => {
  const kills = new KillSwitch();
  kills.registerAgent(A, () => {
    kills.registerSubstitute('session-1', b);
    kills.unregisterAgent(A);
    kills.registerAgent(c, () => {});
  });
  assert.deepEqual(decided(await kills.kill(request({ in_flight_steps: steps('s') }))), [['s', b, 'handed_off']]);
  assert.deepEqual([kills.isKilled(A), kills.isRegistered(c)], [true, true]);
});

test('1,000 kills at once are each recorded once', async () => {
  const kills = new KillSwitch();
  const agents = Array.from({ length: 1_000 }, (_, index) => `did:${index}`);
  const called = [];
  for (const agent of agents) kills.registerAgent(agent, async () => void called.push(agent));
  const first = agents.map((agent_did) => kills.kill(request({ agent_did, in_flight_steps: steps('s') })));
  const again = agents.map((agent_did) => kills.kill(request({ agent_did })));
  const records = await Promise.all([...first, ...again]);
  assert.deepEqual([called, kills.totalKills, kills.killHistory().length], [agents, 1_000, 1_000]);
  assert.deepEqual(new Set(records.map(({ kill_id }) => kill_id)).size, 1_000);
  assert.ok(records.every(({ terminated, handoffs }) => terminated && handoffs.length === 1));
});

test('10,000 steps in flight take about ten times as long as 1,000', async () => {
  const time = async (count) => {
    const kills = new KillSwitch();
    for (const agent of ['did:no', 'did:yes']) kills.registerSubstitute('session-1', agent, async () => agent === 'did:yes');
    const in_flight_steps = steps(...Array.from({ length: count }, (_, index) => `s${index}`));
    const start = process.cpuUsage();
    const { handoff_success_count } = await kills.kill(request({ in_flight_steps }));
    assert.equal(handoff_success_count, count);
    const { user, system } = process.cpuUsage(start);
    return user + system;
  };
  const small = Math.min(await time(1_000), await time(1_000), await time(1_000));
  const large = await time(10_000);
  // Quadratic work would take a hundred times as long.
  assert.ok(large < 40 * small, `1,000 took ${small} µs of work, 10,000 took ${large}`);
});

// ── the end ──

test('free while a kill runs: the agent is ended, and the record says what is not known', async () => {
  const kills = new KillSwitch();
  let end;
  kills.registerAgent(A, () => new Promise((resolve) => (end = resolve)));
  const killing = kills.kill(request({ in_flight_steps: steps('s') }));
  kills.free();
  kills.free();
  end();
  const record = await killing;
  assert.deepEqual([record.terminated, record.termination, record.handoffs[0].status], [true, 'confirmed', 'failed']);
  assert.match(record.error, /freed/);
  assert.ok(Object.isFrozen(record));
});

const freeing = {
  'the callback': (kills) => kills.registerAgent(A, () => kills.free()),
  'a substitute': (kills) => kills.registerSubstitute('session-1', b, () => { kills.free(); return true; }),
  'the listener of the signal': (kills) => kills.signal(A).addEventListener('abort', () => kills.free()),
  'the clock': (kills, hook) => { hook.now = () => { kills.free(); return 0; }; },
};
for (const [name, prepare] of Object.entries(freeing)) {
  test(`free from within a kill: ${name}`, async () => {
    const hook = { now: Date.now };
    const kills = new KillSwitch({ now: () => hook.now() });
    prepare(kills, hook);
    const record = await kills.kill(request({ in_flight_steps: steps('s') }));
    assert.match(record.error, /freed/);
    assert.deepEqual(decided(record)[0].slice(0, 3), ['s', null, 'failed']);
  });
}

const uses = {
  registerAgent: (kills) => kills.registerAgent(A, () => {}),
  registerSubstitute: (kills) => kills.registerSubstitute('s', A),
  unregisterSubstitute: (kills) => kills.unregisterSubstitute('s', A),
  kill: (kills) => kills.kill(request()),
  killSession: (kills) => kills.killSession('s', 'manual'),
  signal: (kills) => kills.signal(A),
  isKilled: (kills) => kills.isKilled(A),
  substitutes: (kills) => kills.substitutes('s'),
  killHistory: (kills) => kills.killHistory(),
  totalKills: (kills) => kills.totalKills,
  snapshot: (kills) => kills.snapshot(),
};
for (const [name, use] of Object.entries(uses)) {
  test(`a freed switch is closed: ${name}`, async () => {
    const kills = new KillSwitch();
    kills[Symbol.dispose]();
    await assert.rejects(async () => use(kills), { name: 'SagawardError', code: 'closed' });
  });
}

// ── snapshots ──

test('a snapshot carries the block list, the history and the options over a restart', async () => {
  const kills = new KillSwitch({ historyLimit: 1, substitutes: 'round_robin', callbackTimeoutMs: 20 });
  kills.registerSubstitute('session-1', b);
  await kills.kill(request({ agent_did: 'did:old' }));
  await kills.kill(request({ in_flight_steps: steps('1') }));
  const snapshot = JSON.parse(JSON.stringify(kills.snapshot()));
  assert.deepEqual([snapshot.format, snapshot.version], ['sagaward.kill_switch', 1]);
  const restored = KillSwitch.restore(snapshot, { now: () => 5_000 });
  assert.deepEqual(restored.snapshot(), kills.snapshot());
  assert.deepEqual(restored.killHistory(), kills.killHistory());
  assert.deepEqual([restored.isKilled(A), restored.isKilled('did:old'), restored.isKilled(b), restored.totalKills, restored.totalHandoffs], [true, true, false, 2, 1]);
  assert.deepEqual([restored.signal(A).aborted, restored.substitutes('session-1')], [true, []]);

  const later = await restored.kill(request({ in_flight_steps: steps('1', '2') }));
  assert.deepEqual([later.termination, later.timestamp], ['already_killed', '1970-01-01T00:00:05.000Z']);
  assert.deepEqual(decided(later), [['2', null, 'compensated']]);

  restored.registerAgent(A, forever);
  assert.equal((await restored.kill(request())).error, 'the termination callback did not settle within 20 ms');
});

const forged = {
  'another format': [{ format: 'sagaward.saga' }, /format/],
  'a newer version': [{ version: 2 }, /version.*up to 1/],
  'torn': [{ killed: undefined }, /killed/],
  'an unknown field': [{ extra: 1 }, /extra/],
  'a wrong option': [{ options: { callbackTimeoutMs: -1 } }, /options/],
  'a block list of text': [{ killed: 'all' }, /killed/],
  'fewer kills than records': [{ total_kills: 0 }, /total_kills/],
  'fewer hand-offs than in the records': [{ total_handoffs: 0 }, /total_handoffs/],
};
for (const [name, [change, message]] of Object.entries(forged)) {
  test(`a snapshot is refused with its place: ${name}`, async () => {
    const kills = new KillSwitch();
    kills.registerSubstitute('session-1', b);
    await kills.kill(request({ in_flight_steps: steps('1') }));
    assert.throws(() => KillSwitch.restore({ ...kills.snapshot(), ...change }), { name: 'SagawardError', code: 'bad_snapshot', message });
  });
}

// ── what is left behind ──

test('no timer is left: a process that has killed ends by itself', async () => {
  const script = `
    import { KillSwitch } from ${JSON.stringify(import.meta.resolve('sagaward'))};
    const kills = new KillSwitch({ callbackTimeoutMs: 2 ** 31 - 1 });
    const request = (agent_did) => ({ agent_did, session_id: 's', reason: 'manual', in_flight_steps: [{ step_id: 'a' }] });
    kills.registerSubstitute('s', 'did:sub', async () => true);
    kills.registerAgent('settles', async () => {});
    kills.registerAgent('throws', () => { throw new Error(); });
    kills.registerAgent('signal', new AbortController());
    const records = await Promise.all(['settles', 'throws', 'signal', 'nobody'].map((agent) => kills.kill(request(agent))));
    console.log(records.map(({ termination }) => termination).join());`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], { timeout: 60_000 });
  assert.equal(stdout, 'confirmed,threw,signalled,no_handler\n');
});
