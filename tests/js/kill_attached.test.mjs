// Kills of agents that work on attached sagas, driven by hand: the steps in flight are found, fenced,
// handed over or given up.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KillSwitch, Saga, SagawardError } from 'sagaward';

const [A, B, C] = ['did:a', 'did:b', 'did:c'];
const step = (id, agent, more) => ({ id, action_id: 'test.run', agent, undo_api: `/undo/${id}`, depends_on: [], ...more });
const request = (more) => ({ agent_did: A, session_id: 'session-1', reason: 'manual', ...more });
const forever = () => new Promise(() => {});
const decided = ({ handoffs }) => handoffs.map(({ step_id, to_agent, status }) => [step_id, to_agent, status]);
const types = (saga, from = 1) => saga.log(from).map(({ type }) => type);

/** A saga that executes all of its steps. */
function executing(steps, { saga_id = 'saga:1', session_id = 'session-1' } = {}) {
  const saga = Saga.fromDefinition({ name: 'work', session_id, steps }, { saga_id, now: () => 0 });
  for (const { id } of steps) saga.transitionStep(id, 'executing');
  return saga;
}

/** A saga with one step of the agent in flight, attached to a switch with one substitute. */
function attached({ options, callback = () => {}, substitute = [B] } = {}) {
  const saga = executing([step('one', A)]);
  const kills = new KillSwitch({ callbackTimeoutMs: 20, now: () => 1_000, ...options });
  if (callback) kills.registerAgent(A, callback);
  if (substitute) kills.registerSubstitute('session-1', ...substitute);
  kills.attach(saga);
  return { saga, kills };
}
const settle = (saga, step_id) => saga.handle({ type: 'attempt_settled', at: 2_000, step_id });
const turn = () => new Promise(setImmediate);

// ── who has the step afterwards ──

test("a step in flight is found, fenced and handed over: its agent is the substitute's", async () => {
  const { saga, kills } = attached();
  const record = await kills.kill(request());
  assert.deepEqual(record.handoffs, [{ step_id: 'one', saga_id: 'saga:1', from_agent: A, to_agent: B, status: 'handed_off', in_doubt: true }]);
  const { agent_did, state, in_doubt, fence } = saga.step('one');
  assert.deepEqual({ agent_did, state, in_doubt, fence }, { agent_did: B, state: 'executing', in_doubt: true, fence: null });
  const at = '1970-01-01T00:00:01.000Z';
  assert.deepEqual(saga.log(3), [
    { seq: 3, at, type: 'agent_killed', agent_did: A, kill_id: record.kill_id },
    { seq: 4, at, type: 'step_handed_off', step_id: 'one', from_agent: A, to_agent: B, kill_id: record.kill_id },
  ]);
  saga.transitionStep('one', 'committed', { result: 'by the substitute' });
  assert.equal(saga.step('one').in_doubt, false);
});

test('a step that nobody takes sets its saga to compensating', async () => {
  const { saga, kills } = attached({ substitute: [B, () => false] });
  const record = await kills.kill(request());
  assert.deepEqual([decided(record), record.compensation_triggered], [[['one', null, 'compensated']], true]);
  assert.deepEqual([saga.state, saga.error], ['compensating', "step 'one' lost its agent and nobody took it"]);
  assert.deepEqual(types(saga, 3), ['agent_killed', 'step_abandoned', 'saga_transitioned']);
});

test('only what the agent executes is moved; the rest waits, or belongs to others', async () => {
  const saga = Saga.fromDefinition({ name: 'work', session_id: 'session-1', steps: ['done', 'running', 'waiting'].map((id) => step(id, A)).concat(step('other', C)) }, { now: () => 0 });
  for (const [id, states] of [['done', ['executing', 'committed']], ['running', ['executing']], ['other', ['executing']]]) for (const state of states) saga.transitionStep(id, state);
  const kills = new KillSwitch();
  kills.registerSubstitute('session-1', B);
  kills.attach(saga);
  assert.deepEqual(decided(await kills.kill(request())), [['running', B, 'handed_off']]);
  assert.deepEqual(saga.steps().map(({ agent_did }) => agent_did), [A, B, A, C]);
  saga.transitionStep('other', 'committed');
});

test('each step is offered to the substitutes of its own saga, whatever session was killed for', async () => {
  const kills = new KillSwitch();
  kills.registerSubstitute('session-1', B);
  kills.registerSubstitute('session-2', C);
  const sagas = ['session-1', 'session-2', 'session-3'].map((session_id) => executing([step('one', A)], { session_id, saga_id: session_id }));
  sagas.forEach((saga) => kills.attach(saga));
  const { handoffs } = await kills.kill(request({ session_id: 'elsewhere' }));
  assert.deepEqual(handoffs.map(({ saga_id, to_agent }) => [saga_id, to_agent]), [['session-1', B], ['session-2', C], ['session-3', null]]);
  assert.deepEqual(sagas.map(({ state }) => state), ['running', 'running', 'compensating']);
});

test('a step that is named and found is one step', async () => {
  const { kills } = attached();
  const in_flight_steps = [{ step_id: 'one', saga_id: 'saga:1' }, { step_id: 'two', saga_id: 'saga:1' }];
  assert.deepEqual(decided(await kills.kill(request({ in_flight_steps }))).sort(), [['one', B, 'handed_off'], ['two', B, 'handed_off']]);
});

test('a kill leaves the undo alone', async () => {
  const saga = executing([step('one', A), step('two', A)]);
  saga.transitionStep('one', 'committed');
  saga.transitionStep('two', 'failed');
  saga.transition('compensating');
  saga.transitionStep('one', 'compensating');
  const kills = new KillSwitch();
  kills.attach(saga);
  assert.deepEqual(decided(await kills.kill(request())), []);
  saga.transitionStep('one', 'compensated');
  saga.transition('completed');
  assert.equal(saga.outcome, 'rolled_back');
});

// ── the fence ──

test('nothing that a killed agent reports moves a state', async () => {
  const { saga, kills } = attached({ callback: forever, substitute: null });
  const killing = kills.kill(request());
  const before = saga.seq;
  for (const state of ['committed', 'failed']) {
    assert.throws(() => saga.transitionStep('one', state), (error) => error instanceof SagawardError && error.code === 'fenced' && /'one'.*'did:a' was killed/.test(error.message));
  }
  assert.deepEqual([saga.step('one').state, saga.step('one').in_doubt, saga.seq], ['executing', true, before]);
  await killing;
});

test('a killed agent starts no step; let back in, it does', async () => {
  const saga = Saga.fromDefinition({ name: 'work', session_id: 'session-1', steps: [step('one', A)] }, { now: () => 0 });
  const kills = new KillSwitch();
  kills.attach(saga);
  await kills.kill(request());
  assert.throws(() => saga.transitionStep('one', 'executing'), { code: 'fenced' });
  kills.registerAgent(A, () => {});
  saga.transitionStep('one', 'executing');
  assert.deepEqual(types(saga, 2), ['agent_killed', 'agent_revived', 'step_transitioned']);
});

test('the fence is journaled before the signal fires and the callback is called', async () => {
  const saga = executing([step('one', A)]);
  const kills = new KillSwitch();
  const order = [];
  kills.signal(A).addEventListener('abort', () => order.push('signal'));
  kills.registerAgent(A, () => order.push('callback'));
  kills.attach(saga, (input) => {
    order.push(input.type);
    saga.handle(input);
  });
  await kills.kill(request());
  assert.deepEqual(order, ['agent_killed', 'signal', 'callback', 'handoff_refused']);
});

test('a saga that is attached after a kill is fenced at once; a further kill moves its steps', async () => {
  const kills = new KillSwitch();
  const { kill_id } = await kills.kill(request());
  const saga = executing([step('one', A), step('two', B)]);
  kills.attach(saga);
  assert.deepEqual(saga.step('one').fence, { kill_id, settled: false });
  assert.equal(saga.step('two').fence, null);
  kills.registerSubstitute('session-1', C);
  assert.deepEqual(decided(await kills.kill(request())), [['one', C, 'handed_off']]);
});

test('a saga that is attached while the kill runs is part of it', async () => {
  const { kills } = attached({ callback: () => { kills.attach(late); } });
  const late = executing([step('late', A)], { saga_id: 'saga:2' });
  assert.deepEqual(decided(await kills.kill(request())), [['one', B, 'handed_off'], ['late', B, 'handed_off']]);
});

test("agents and steps may be called like Object's own properties", async () => {
  const kills = new KillSwitch();
  const saga = executing(['__proto__', 'constructor'].map((name) => step(name, name)));
  kills.attach(saga);
  assert.equal(saga.seq, 3, 'nobody was killed');
  kills.registerSubstitute('session-1', B);
  for (const agent_did of ['__proto__', 'constructor']) {
    assert.deepEqual(decided(await kills.kill(request({ agent_did }))), [[agent_did, B, 'handed_off']]);
  }
});

// ── an agent that may still be at work ──

/** How the callback ends, and what becomes of a step whose action has not settled. */
const endings = {
  'confirmed': [() => {}, 'confirmed', 'handed_off'],
  'no handler': [null, 'no_handler', 'handed_off'],
  'timed out': [forever, 'timed_out', 'pending'],
  'threw': [() => { throw new Error('no'); }, 'threw', 'pending'],
  'signalled': [new AbortController(), 'signalled', 'pending'],
};
for (const [name, [callback, termination, status]] of Object.entries(endings)) {
  test(`an unsettled step is ${status} after: ${name}`, async () => {
    const { saga, kills } = attached({ callback });
    const record = await kills.kill(request());
    assert.deepEqual([record.termination, decided(record)], [termination, [['one', status === 'pending' ? null : B, status]]]);
    assert.equal(saga.waitingFor, status === 'pending' ? 'operator' : null);
    assert.equal(saga.state, 'running');
  });
}

for (const name of ['timed out', 'threw', 'signalled']) {
  const [, termination] = endings[name];
  const callback = () => (termination === 'signalled' ? new AbortController() : endings[name][0]);

  test(`proceed hands over at once, though it ${name}`, async () => {
    const { saga, kills } = attached({ callback: callback(), options: { onUnconfirmed: 'proceed' } });
    assert.deepEqual(decided(await kills.kill(request())), [['one', B, 'handed_off']]);
    assert.equal(saga.waitingFor, null);
  });

  test(`a held step goes on once its action has settled, and the record says so: ${name}`, async () => {
    const { saga, kills } = attached({ callback: callback() });
    const record = await kills.kill(request());
    assert.deepEqual([kills.totalKills, kills.totalHandoffs], [1, 0]);
    settle(saga, 'one');
    await turn();
    assert.deepEqual([saga.step('one').agent_did, saga.step('one').fence, saga.waitingFor], [B, null, null]);
    const [amended] = kills.killHistory();
    assert.deepEqual([decided(amended), amended.handoff_success_count], [[['one', B, 'handed_off']], 1]);
    assert.deepEqual({ ...amended, handoffs: [], handoff_success_count: 0 }, { ...record, handoffs: [] });
    assert.deepEqual([kills.totalKills, kills.totalHandoffs], [1, 1]);
    assert.deepEqual(decided(record), [['one', null, 'pending']], 'what was given out does not change');
  });

  test(`a step that has settled before the callback is through is not held: ${name}`, async () => {
    const { saga, kills } = attached({ callback: callback() });
    const killing = kills.kill(request());
    settle(saga, 'one');
    assert.deepEqual(decided(await killing), [['one', B, 'handed_off']]);
  });
}

test('an AbortController whose attached actions settle in time is confirmed, and not waited for longer', async () => {
  const { saga, kills } = attached({ callback: new AbortController(), options: { callbackTimeoutMs: 600_000 } });
  const killing = kills.kill(request());
  settle(saga, 'one');
  const { termination, terminated } = await killing;
  assert.deepEqual([termination, terminated], ['confirmed', true]);
});

test('one that heeds only some of them is signalled', async () => {
  const saga = executing([step('one', A), step('two', A)]);
  const kills = new KillSwitch({ callbackTimeoutMs: 20 });
  kills.registerAgent(A, new AbortController());
  kills.registerSubstitute('session-1', B);
  kills.attach(saga);
  const killing = kills.kill(request());
  settle(saga, 'one');
  const record = await killing;
  assert.deepEqual([record.termination, decided(record)], ['signalled', [['one', B, 'handed_off'], ['two', null, 'pending']]]);
});

test('actions that settle by the abort itself count', async () => {
  const controller = new AbortController();
  const { saga, kills } = attached({ callback: controller, options: { callbackTimeoutMs: 600_000 } });
  controller.signal.addEventListener('abort', () => settle(saga, 'one'));
  assert.equal((await kills.kill(request())).termination, 'confirmed');
});

test('held steps that settle one after the other are each offered once', async () => {
  const saga = executing([step('one', A), step('two', A)]);
  const kills = new KillSwitch({ callbackTimeoutMs: 1_000 });
  kills.registerAgent(A, () => { throw new Error('no'); });
  kills.attach(saga);
  await kills.kill(request());
  const offered = [];
  kills.registerSubstitute('session-1', B, async ({ step_id }) => {
    offered.push(step_id);
    if (step_id === 'one') settle(saga, 'two');
    return true;
  });
  settle(saga, 'one');
  await turn();
  assert.deepEqual(offered, ['one', 'two']);
  assert.deepEqual(saga.steps().map(({ agent_did, fence }) => [agent_did, fence]), [[B, null], [B, null]]);
  assert.deepEqual(kills.totalHandoffs, 2);
});

test('a held step that settles while another is handed over is not forgotten', async () => {
  const saga = executing([step('one', A), step('two', A)]);
  const kills = new KillSwitch({ callbackTimeoutMs: 20 });
  kills.registerAgent(A, forever);
  kills.registerSubstitute('session-1', B);
  kills.attach(saga);
  saga.subscribe(({ type, step_id }) => {
    if (type === 'step_handed_off' && step_id === 'one') settle(saga, 'two');
  });
  const killing = kills.kill(request());
  settle(saga, 'one');
  assert.deepEqual(decided(await killing), [['one', B, 'handed_off'], ['two', B, 'handed_off']]);
});

for (const [read, record] of Object.entries({
  killHistory: (kills) => kills.killHistory()[0],
  snapshot: (kills) => kills.snapshot().history[0],
})) {
  test(`what a person decides for held steps is recorded at once: ${read}`, async () => {
    const saga = executing([step('one', A), step('two', A)]);
    const kills = new KillSwitch({ callbackTimeoutMs: 20 });
    kills.registerAgent(A, forever);
    kills.attach(saga);
    const { kill_id } = await kills.kill(request());
    saga.handle({ type: 'handoff_accepted', at: 3_000, step_id: 'one', kill_id, to_agent: B });
    saga.handle({ type: 'handoff_refused', at: 3_000, step_id: 'two', kill_id });
    assert.deepEqual(decided(record(kills)), [['one', B, 'handed_off'], ['two', null, 'compensated']]);
  });
}

test('the count of handed over steps is right at once', async () => {
  const { saga, kills } = attached({ callback: forever, substitute: null });
  const { kill_id } = await kills.kill(request());
  saga.handle({ type: 'handoff_accepted', at: 3_000, step_id: 'one', kill_id, to_agent: B });
  assert.equal(kills.totalHandoffs, 1);
});

test('a person may decide for a held step', async () => {
  const { saga, kills } = attached({ callback: forever });
  const { kill_id } = await kills.kill(request());
  saga.handle({ type: 'handoff_refused', at: 3_000, step_id: 'one', kill_id });
  assert.deepEqual([saga.state, saga.waitingFor], ['compensating', null]);
  settle(saga, 'one');
  await turn();
  assert.equal(saga.step('one').agent_did, A, 'what settles later moves nothing');
});

// ── repeated ──

test('a kill of an already killed agent moves only what was not moved', async () => {
  const saga = executing([step('one', A), step('two', A)]);
  const kills = new KillSwitch({ callbackTimeoutMs: 20 });
  kills.registerAgent(A, forever);
  kills.registerSubstitute('session-1', B);
  kills.attach(saga);
  const killing = kills.kill(request());
  settle(saga, 'one');
  assert.deepEqual(decided(await killing), [['one', B, 'handed_off'], ['two', null, 'pending']]);

  const again = await kills.kill(request());
  assert.deepEqual([again.termination, decided(again)], ['already_killed', [['two', null, 'pending']]]);
  settle(saga, 'two');
  await turn();
  assert.deepEqual(kills.killHistory().map(decided), [[['one', B, 'handed_off'], ['two', null, 'pending']], [['two', B, 'handed_off']]]);
  assert.deepEqual(decided(await kills.kill(request())), []);
  assert.deepEqual([kills.totalKills, kills.totalHandoffs], [3, 2]);
});

test('the substitute that took a step may be killed in its turn', async () => {
  const { saga, kills } = attached();
  kills.registerSubstitute('session-1', C);
  await kills.kill(request());
  assert.deepEqual(decided(await kills.kill(request({ agent_did: B }))), [['one', C, 'handed_off']]);
  assert.deepEqual(decided(await kills.kill(request({ agent_did: C }))), [['one', null, 'compensated']]);
  assert.equal(saga.state, 'compensating');
});

// ── drivers ──

test('a dispatch that returns a promise is awaited: no move is told before the fence before it is done', async () => {
  const { saga, kills } = attached({ options: { callbackTimeoutMs: 60_000 } });
  const said = [];
  kills.attach(saga, async (input) => {
    said.push(`${input.type} begins`);
    await turn();
    saga.handle(input);
    said.push(`${input.type} ends`);
  });
  assert.deepEqual(decided(await kills.kill(request())), [['one', B, 'handed_off']]);
  assert.deepEqual(said, ['agent_killed', 'handoff_accepted'].flatMap((type) => [`${type} begins`, `${type} ends`]));
  assert.equal(saga.step('one').agent_did, B);
});

const failingDrivers = {
  'rejects': [() => Promise.reject(new Error('no journal')), 'no journal'],
  'rejects later': [() => turn().then(() => { throw new Error('no journal') }), 'no journal'],
  'hangs': [forever, 'its driver did not settle within 20 ms', 20],
  'returns what throws when it is awaited': [() => ({ then() { throw new Error('no journal') } }), 'no journal'],
};
for (const [name, [dispatch, trouble, callbackTimeoutMs = 60_000]] of Object.entries(failingDrivers)) {
  test(`a dispatch that ${name}: the saga is told all the same, and the record says so`, async () => {
    const { saga, kills } = attached({ options: { callbackTimeoutMs } });
    kills.attach(saga, dispatch);
    const record = await kills.kill(request());
    assert.deepEqual(decided(record), [['one', B, 'handed_off']]);
    assert.equal(record.error, `saga: ${trouble}; saga: ${trouble}`);
    assert.deepEqual(types(saga, 3), ['agent_killed', 'step_handed_off']);
  });
}

test('dispatch receives the inputs that a kill causes, and drives', async () => {
  const saga = executing([step('one', A), step('two', A)]);
  const kills = new KillSwitch({ now: () => 1_000 });
  kills.registerSubstitute('session-1', B, ({ step_id }) => step_id === 'one');
  const inputs = [];
  kills.attach(saga, (input) => {
    inputs.push(input);
    saga.handle(input);
  });
  const { kill_id } = await kills.kill(request());
  assert.deepEqual(inputs, [
    { type: 'agent_killed', at: 1_000, agent_did: A, kill_id },
    { type: 'handoff_accepted', at: 1_000, step_id: 'one', to_agent: B, kill_id },
    { type: 'handoff_refused', at: 1_000, step_id: 'two', kill_id },
  ]);
  kills.registerAgent(A, () => {});
  assert.deepEqual(inputs.at(-1), { type: 'agent_revived', at: 1_000, agent_did: A });
});

test('a driver that throws stops no kill: the saga is told all the same, and the record says what was thrown', async () => {
  const saga = executing([step('one', A)]);
  const kills = new KillSwitch();
  kills.registerSubstitute('session-1', B);
  kills.attach(saga, ({ type }) => { throw new Error(`no ${type}`); });
  const record = await kills.kill(request());
  assert.equal(record.error, 'saga: no agent_killed; saga: no handoff_accepted');
  assert.deepEqual([saga.step('one').agent_did, decided(record)], [B, [['one', B, 'handed_off']]]);
});

test('a driver that has told the saga before it throws does no harm', async () => {
  const saga = executing([step('one', A)]);
  const kills = new KillSwitch();
  kills.attach(saga, (input) => {
    saga.handle(input);
    throw new Error('afterwards');
  });
  await kills.kill(request());
  assert.deepEqual(types(saga, 3), ['agent_killed', 'step_abandoned', 'saga_transitioned']);
});

test('a saga that is attached again has its new driver', async () => {
  const saga = executing([step('one', A)]);
  const kills = new KillSwitch();
  kills.attach(saga, () => assert.fail('no longer'));
  const inputs = [];
  kills.attach(saga, (input) => void inputs.push(input.type));
  await kills.kill(request());
  assert.deepEqual(inputs, ['agent_killed', 'handoff_refused']);
});

// ── leaving ──

test('a detached saga is not touched', async () => {
  const { saga, kills } = attached();
  kills.detach(saga);
  kills.detach(saga);
  assert.deepEqual(decided(await kills.kill(request())), []);
  assert.equal(saga.seq, 2);
});

test('a saga that is detached while its step is offered keeps its fence, and the record says so', async () => {
  const { saga, kills } = attached({ substitute: [B, () => { kills.detach(saga); return true; }] });
  const { error } = await kills.kill(request());
  assert.match(error, /'one': its saga was detached/);
  assert.equal(saga.step('one').fence.settled, false);
});

test('a freed saga disturbs no kill', async () => {
  const { saga, kills } = attached();
  const other = executing([step('other', A)], { saga_id: 'saga:2' });
  kills.attach(other);
  saga.free();
  assert.deepEqual((await kills.killSession('session-1', 'manual')).map(decided), [[['other', B, 'handed_off']]]);
  assert.equal(kills.killHistory()[0].error, null);
});

test('a saga that is freed while its step is offered disturbs no kill', async () => {
  const { saga, kills } = attached({ substitute: [B, () => { saga.free(); return true; }] });
  assert.equal((await kills.kill(request())).termination, 'confirmed');
});

test('a freed switch leaves its sagas as they are', async () => {
  const { saga, kills } = attached({ callback: forever });
  await kills.kill(request());
  kills.free();
  settle(saga, 'one');
  assert.deepEqual([saga.step('one').agent_did, saga.step('one').fence.settled], [A, true]);
});

test('free while a kill runs leaves the step fenced, for the next switch', async () => {
  const { saga, kills } = attached({ callback: () => kills.free() });
  const { error } = await kills.kill(request());
  assert.match(error, /freed/);
  assert.notEqual(saga.step('one').fence, null);
  assert.throws(() => saga.transitionStep('one', 'committed'), { code: 'fenced' });
});

// ── sessions ──

test('killSession kills each agent with an unfinished step in the sagas of the session, once', async () => {
  const kills = new KillSwitch();
  const saga = executing([step('one', A), step('two', A), step('done', 'did:done')]);
  saga.transitionStep('done', 'committed');
  const waiting = Saga.fromDefinition({ name: 'work', session_id: 'session-1', steps: [step('one', B)] });
  const ended = Saga.fromDefinition({ name: 'work', session_id: 'session-1', steps: [step('one', 'did:ended')] });
  ended.transition('failed');
  const elsewhere = executing([step('one', C)], { session_id: 'session-2' });
  for (const one of [saga, waiting, ended, elsewhere]) kills.attach(one);
  const records = await kills.killSession('session-1', 'session_timeout', 'over');
  assert.deepEqual(records.map(({ agent_did, reason, details, session_id }) => [agent_did, session_id, reason, details]), [A, B].map((agent) => [agent, 'session-1', 'session_timeout', 'over']));
  assert.deepEqual([A, B, C, 'did:done', 'did:ended'].map((agent) => kills.isKilled(agent)), [true, true, false, false, false]);
  assert.deepEqual(await kills.killSession('session-1', 'session_timeout'), [], 'nobody is killed twice');
});

test('in killSession nobody of the session becomes the substitute of another', async () => {
  const kills = new KillSwitch();
  kills.attach(executing([step('one', A), step('two', B)]));
  for (const agent of [A, B]) kills.registerSubstitute('session-1', agent);
  const records = await kills.killSession('session-1', 'manual');
  assert.deepEqual(records.flatMap(decided), [['one', null, 'compensated'], ['two', null, 'compensated']]);
});

test('killSession waits for a kill that runs already', async () => {
  const { kills } = attached();
  const [record, [same]] = await Promise.all([kills.kill(request()), kills.killSession('session-1', 'manual')]);
  assert.equal(same, record);
});

const wrong = { 'an unknown reason': ['session-1', 'boredom'], 'a session that is a number': [5, 'manual'], 'details that are an object': ['session-1', 'manual', {}] };
for (const [name, given] of Object.entries(wrong)) {
  test(`killSession rejects before any effect, also where there is nobody to kill: ${name}`, async () => {
    const { kills } = attached();
    for (const one of [kills, new KillSwitch()]) await assert.rejects(one.killSession(...given), { name: 'SagawardError', code: 'bad_argument' });
    assert.equal(kills.isKilled(A), false);
  });
}

// ── restarts ──

const travelled = (document) => JSON.parse(JSON.stringify(document));

test('a restored switch fences the sagas that are attached to it, with the kill of before', async () => {
  const { saga, kills } = attached({ callback: forever });
  const unaware = travelled(saga.snapshot());
  const { kill_id } = await kills.kill(request());

  const restored = KillSwitch.restore(travelled(kills.snapshot()));
  for (const snapshot of [unaware, travelled(saga.snapshot())]) {
    const later = Saga.restore(snapshot);
    restored.attach(later);
    assert.deepEqual(later.step('one').fence, { kill_id, settled: false });
    assert.throws(() => later.transitionStep('one', 'committed'), { code: 'fenced' });
    restored.detach(later);
  }
});

test('after a restart a held step is held still; it is moved by a kill once it has settled', async () => {
  const { saga, kills } = attached({ callback: forever });
  await kills.kill(request());
  const restored = KillSwitch.restore(travelled(kills.snapshot()));
  const later = Saga.restore(travelled(saga.snapshot()));
  restored.attach(later);
  restored.registerSubstitute('session-1', B);
  assert.deepEqual(decided(await restored.kill(request())), [['one', null, 'pending']]);
  settle(later, 'one');
  await turn();
  assert.deepEqual([later.step('one').agent_did, restored.totalHandoffs], [B, 1]);
});

test('after a restart the steps of an agent that had ended may move at once', async () => {
  const { saga, kills } = attached({ substitute: null });
  const unaware = travelled(saga.snapshot());
  await kills.kill(request());
  const restored = KillSwitch.restore(travelled(kills.snapshot()));
  const later = Saga.restore(unaware);
  restored.attach(later);
  restored.registerSubstitute('session-1', B);
  assert.deepEqual(decided(await restored.kill(request())), [['one', B, 'handed_off']]);
});

// ── many ──

test('10,000 attached steps in flight take about ten times as long as 1,000', async () => {
  const time = async (count) => {
    const saga = executing(Array.from({ length: count }, (_, index) => step(`s${index}`, A)));
    const kills = new KillSwitch({ callbackTimeoutMs: 600_000 });
    kills.registerAgent(A, new AbortController());
    kills.registerSubstitute('session-1', B, async () => true);
    kills.attach(saga);
    const start = process.cpuUsage();
    const killing = kills.kill(request());
    for (let index = 0; index < count; index++) settle(saga, `s${index}`);
    const { handoff_success_count, termination } = await killing;
    const { user, system } = process.cpuUsage(start);
    assert.deepEqual([handoff_success_count, termination], [count, 'confirmed']);
    return user + system;
  };
  const small = Math.min(await time(1_000), await time(1_000), await time(1_000));
  const large = await time(10_000);
  // Quadratic work would take a hundred times as long.
  assert.ok(large < 40 * small, `1,000 took ${small} µs of work, 10,000 took ${large}`);
});
