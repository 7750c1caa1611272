// The lifecycle of one saga, as its users drive it by hand.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { Saga, SAGA_TRANSITIONS, SagaSchemaError, SagaStateError, SagawardError, STEP_TRANSITIONS } from 'sagaward';

const UUID = /^saga:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const step = (id, more) => ({ id, action_id: 'test.run', agent: `did:${id}`, undo_api: `/undo/${id}`, ...more });
const definition = { name: 'release', session_id: 'session-1', steps: [step('build'), step('ship')] };
const STATES = Object.keys(STEP_TRANSITIONS);
const SAGA_STATES = Object.keys(SAGA_TRANSITIONS);

/** A clock that stands one second further each time it is read, from the epoch on. */
function clock() {
  let seconds = 0;
  return () => seconds++ * 1000;
}
const second = (count) => new Date(count * 1000).toISOString();
const saga = (given = definition) => Saga.fromDefinition(given, { saga_id: 'saga:1', now: clock() });
const ids = (steps) => steps.map(({ step_id }) => step_id);

afterEach(() => {
  assert.equal({}.polluted, undefined);
  assert.deepEqual(Object.keys(Object.prototype), []);
});

// ── making one ──

test('a new saga runs, has no steps, and a random id of its own', () => {
  const made = new Saga({ session_id: 'session-1', name: 'release' }, { now: clock() });
  const { sagaId, sessionId, name, state, outcome, error, waitingFor, createdAt, completedAt, seq } = made;
  assert.match(sagaId, UUID);
  assert.notEqual(new Saga({ session_id: 'session-1' }).sagaId, sagaId);
  assert.deepEqual(
    { sessionId, name, state, outcome, error, waitingFor, createdAt, completedAt, seq },
    { sessionId: 'session-1', name: 'release', state: 'running', outcome: null, error: null, waitingFor: null, createdAt: second(0), completedAt: null, seq: 1 },
  );
  assert.deepEqual(made.steps(), []);
  assert.equal(new Saga({ session_id: 's', saga_id: 'own' }).sagaId, 'own');
});

test('a definition gives its steps, with what it leaves out filled in', () => {
  const made = saga({ ...definition, steps: [step('build', { retries: 2, timeout: 10, execute_api: '/build', checkpoint_goal: 'built' }), step('ship', { depends_on: ['build'] })] });
  const unset = { state: 'pending', in_doubt: false, execute_result: null, compensation_result: null, error: null, started_at: null, completed_at: null, retry_count: 0, undo_retry_count: 0, attempt: 0, activity: 'idle', retry_at: null, committed_seq: null, fence: null };
  assert.deepEqual(made.steps(), [
    { ...unset, step_id: 'build', action_id: 'test.run', agent_did: 'did:build', execute_api: '/build', undo_api: '/undo/build', timeout_seconds: 10, max_retries: 2, depends_on: null, checkpoint_goal: 'built' },
    { ...unset, step_id: 'ship', action_id: 'test.run', agent_did: 'did:ship', execute_api: '', undo_api: '/undo/ship', timeout_seconds: 300, max_retries: 0, depends_on: ['build'], checkpoint_goal: null },
  ]);
});

test("a definition's id comes before the option, the option before a random one", () => {
  assert.equal(Saga.fromDefinition({ ...definition, saga_id: 'its own' }, { saga_id: 'option' }).sagaId, 'its own');
  assert.equal(Saga.fromDefinition(definition, { saga_id: 'option' }).sagaId, 'option');
  assert.match(Saga.fromDefinition(definition).sagaId, UUID);
});

test('an invalid definition throws SagaSchemaError; the options of validation hold', () => {
  const unknown = { ...definition, steps: [step('a', { action_id: 'own.thing' })] };
  assert.throws(() => Saga.fromDefinition(unknown), (error) => error instanceof SagaSchemaError && error.errors.length === 1 && error.diagnostics.length === 1);
  assert.equal(Saga.fromDefinition(unknown, { actionPrefixes: ['own.'] }).step('a').action_id, 'own.thing');
});

// ── the state machines ──

/** What leads from `pending` to each state. */
const WAYS = {
  pending: [],
  executing: ['executing'],
  committed: ['executing', 'committed'],
  compensating: ['executing', 'committed', 'compensating'],
  compensated: ['executing', 'committed', 'compensating', 'compensated'],
  compensation_failed: ['executing', 'committed', 'compensating', 'compensation_failed'],
  failed: ['executing', 'failed'],
};
const SAGA_WAYS = {
  running: [], compensating: ['compensating'], completed: ['completed'], failed: ['failed'], escalated: ['compensating', 'escalated'],
};
const tuple = (states) => `[${states.map((state) => `'${state}'`).join(', ')}]`;

/** Makes the transition, or shows that it throws and that nothing has changed. */
function expect(made, allowed, subject, id, from, to, move) {
  if (allowed.includes(to)) return move();
  const before = [made.snapshot(), made.log()];
  assert.throws(move, (error) => {
    assert.ok(error instanceof SagaStateError && error instanceof SagawardError && error instanceof Error);
    assert.deepEqual({ ...error }, { name: 'SagaStateError', code: 'illegal_transition', subject, id, from, to, allowed: [...allowed] });
    assert.equal(error.message, `Invalid ${subject} transition: ${from} → ${to}. Allowed: ${tuple(allowed)}`);
    return true;
  });
  assert.deepEqual([made.snapshot(), made.log()], before);
}

for (const from of STATES) {
  test(`a step that is ${from}: ${STEP_TRANSITIONS[from].join(', ') || 'nothing'} may follow`, () => {
    for (const to of STATES) {
      const made = saga();
      for (const state of WAYS[from]) made.transitionStep('build', state);
      expect(made, STEP_TRANSITIONS[from], 'step', 'build', from, to, () => {
        made.transitionStep('build', to);
        assert.equal(made.step('build').state, to);
      });
    }
  });
}

for (const from of SAGA_STATES) {
  test(`a saga that is ${from}: ${SAGA_TRANSITIONS[from].join(', ') || 'nothing'} may follow`, () => {
    for (const to of SAGA_STATES) {
      const made = saga();
      for (const state of SAGA_WAYS[from]) made.transition(state);
      expect(made, SAGA_TRANSITIONS[from], 'saga', 'saga:1', from, to, () => {
        made.transition(to);
        assert.equal(made.state, to);
      });
    }
  });
}

test('times are set on executing, on what settles a step, and at the end of a saga', () => {
  const made = saga();
  const times = [];
  for (const state of WAYS.compensated) {
    made.transitionStep('build', state);
    const { started_at, completed_at } = made.step('build');
    times.push([state, started_at, completed_at]);
  }
  assert.deepEqual(times, [
    ['executing', second(1), null],
    ['committed', second(1), second(2)],
    ['compensating', second(1), second(2)],
    ['compensated', second(1), second(4)],
  ]);
  made.transition('compensating');
  assert.equal(made.completedAt, null);
  made.transition('completed', { at: 99_000 });
  assert.equal(made.completedAt, second(99));
});

const outcomes = { succeeded: ['completed'], rolled_back: ['compensating', 'completed'], failed: ['failed'], escalated: ['compensating', 'escalated'] };
for (const [outcome, states] of Object.entries(outcomes)) {
  test(`a saga that went ${states.join(' → ')} has ${outcome}`, () => {
    const made = saga();
    for (const state of states) {
      assert.equal(made.outcome, null);
      made.transition(state, { error: `to ${state}` });
    }
    assert.deepEqual([made.outcome, made.error], [outcome, `to ${states.at(-1)}`]);
  });
}

test('results and errors are kept where they belong', () => {
  const made = saga();
  made.transitionStep('build', 'executing');
  made.transitionStep('build', 'committed', { result: { image: 'v1' } });
  made.transitionStep('build', 'compensating');
  made.transitionStep('build', 'compensated', { result: ['gone'] });
  made.transitionStep('ship', 'executing');
  made.transitionStep('ship', 'failed', { error: 'no \ud83d harbour' });
  assert.deepEqual([made.step('build').execute_result, made.step('build').compensation_result], [{ image: 'v1' }, ['gone']]);
  assert.equal(made.step('ship').error, 'no \ufffd harbour');
});

/** Any JSON value; `undefined` is none. */
const results = {
  'null': null,
  'false': false,
  'a number': 1e300,
  'text with all its characters': '"\\\u0000\u2028😀é',
  'keys in their order': { z: 1, a: 2, 10: 'a number comes first in JavaScript', b: { y: 1, x: 2 } },
  '__proto__ and constructor keys': JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}, "a": [{"__proto__": 1}]}'),
  'an empty object': {},
  'as deep as is allowed': JSON.parse('['.repeat(100) + ']'.repeat(100)),
};
for (const [name, result] of Object.entries(results)) {
  test(`a result is kept, through snapshot and log: ${name}`, () => {
    const made = saga();
    made.transitionStep('build', 'executing');
    made.transitionStep('build', 'committed', { result });
    for (const one of [made, Saga.restore(travelled(made.snapshot())), Saga.replay(travelled(made.log()))]) {
      assert.equal(JSON.stringify(one.step('build').execute_result), JSON.stringify(result));
      assert.equal(Object.getPrototypeOf(Object(one.step('build').execute_result)), Object.getPrototypeOf(Object(result)));
    }
  });
}

const unwritable = {
  'a cycle': () => { const cyclic = {}; cyclic.self = cyclic; return cyclic; },
  'a BigInt': () => 1n,
  'a function': () => () => {},
  'a symbol': () => Symbol('s'),
  'a getter that throws': () => ({ get bad() { throw new Error('no'); } }),
  'what throws something that has no text': () => ({ toJSON() { throw Object.create(null); } }),
  'half a character': () => ({ text: '\ud83d' }),
  'deeper than is allowed': () => JSON.parse('['.repeat(101) + ']'.repeat(101)),
};
for (const [name, make] of Object.entries(unwritable)) {
  test(`a result that is no JSON throws not_json and changes nothing: ${name}`, () => {
    const made = saga();
    made.transitionStep('build', 'executing');
    assert.throws(() => made.transitionStep('build', 'committed', { result: make() }), { name: 'SagawardError', code: 'not_json' });
    assert.deepEqual([made.step('build').state, made.seq], ['executing', 2]);
  });
}

// ── lists ──

test('lists are frozen, all that is in them too, and the same until the next event', () => {
  const lists = ['steps', 'committedSteps', 'committedStepsReversed', 'readySteps', 'log'];
  const made = saga();
  made.transitionStep('build', 'executing');
  made.transitionStep('build', 'committed', { result: { deep: [{}] } });
  const before = lists.map((list) => made[list]());
  assert.deepEqual(lists.map((list) => made[list]() === before[lists.indexOf(list)]), lists.map(() => true));
  before.forEach(assertFrozen);
  assert.equal(made.steps()[0], made.step('build'));
  assert.equal(made.committedSteps()[0], made.step('build'));
  made.transitionStep('ship', 'executing');
  assert.deepEqual(lists.map((list) => made[list]() === before[lists.indexOf(list)]), lists.map(() => false));
  assert.equal(before[0][1].state, 'pending', 'a list that was given out does not change');
});

test('committed steps come in the order of the definition, and reversed', () => {
  const made = saga({ ...definition, steps: ['a', 'b', 'c'].map((id) => step(id, { depends_on: [] })) });
  for (const id of ['c', 'a']) for (const state of ['executing', 'committed']) made.transitionStep(id, state);
  assert.deepEqual([ids(made.committedSteps()), ids(made.committedStepsReversed())], [['a', 'c'], ['c', 'a']]);
});

const orders = {
  'a list runs one by one': [[step('a'), step('b'), step('c')], [], [['a'], ['b'], ['c']]],
  'an empty depends_on waits for nobody': [[step('a'), step('b', { depends_on: [] })], [], [['a', 'b']]],
  'depends_on comes before the place in the list': [[step('a', { depends_on: ['b'] }), step('b', { depends_on: [] })], [], [['b'], ['a']]],
  'branches of a group start together, and count as one': [[step('a'), step('b'), step('c')], [{ policy: 'all_must_succeed', branches: ['a', 'b'] }], [['a', 'b'], ['c']]],
};
for (const [name, [steps, fan_out, rounds]] of Object.entries(orders)) {
  test(`steps are ready in the order of work: ${name}`, () => {
    const made = saga({ ...definition, steps, fan_out });
    for (const round of rounds) {
      assert.deepEqual(ids(made.readySteps()), round);
      for (const id of round) for (const state of ['executing', 'committed']) made.transitionStep(id, state);
    }
    assert.deepEqual(made.readySteps(), []);
  });
}

test('a step that is not there is undefined', () => {
  for (const id of ['nothing', '__proto__', 'constructor', '']) assert.equal(saga().step(id), undefined);
});

test("steps may be called like Object's own properties", () => {
  const made = saga({ ...definition, steps: ['__proto__', 'constructor', 'toString'].map((id) => step(id)) });
  made.transitionStep('__proto__', 'executing');
  assert.deepEqual(made.steps().map(({ state }) => state), ['executing', 'pending', 'pending']);
  assert.equal(made.step('__proto__').state, 'executing');
});

// ── adding steps ──

test('steps are added at the end and may wait for those before them', () => {
  const made = new Saga({ session_id: 's' });
  made.addStep(step('a'));
  made.addStep(step('b', { depends_on: ['a'] }));
  assert.deepEqual([ids(made.steps()), ids(made.readySteps())], [['a', 'b'], ['a']]);
});

const wrongSteps = {
  'no step at all': [{}, /required/],
  'an unknown field': [step('a', { extra: 1 }), /extra/],
  'a wrong type': [step('a', { timeout: 'long' }), /timeout/],
  'an id that is taken': [step('build'), /Duplicate step ID: 'build'/],
  'a dependency that is not there': [step('a', { depends_on: ['nothing'] }), /unknown step 'nothing'/],
  'itself as its dependency': [step('a', { depends_on: ['a'] }), /'a'/],
};
for (const [name, [wrong, message]] of Object.entries(wrongSteps)) {
  test(`a wrong step is not added: ${name}`, () => {
    const made = saga();
    assert.throws(() => made.addStep(wrong), (error) => {
      assert.ok(error instanceof SagaSchemaError);
      assert.match(error.message, message);
      assert.equal(error.diagnostics.length, error.errors.length);
      for (const { rule, severity, path, pointer } of error.diagnostics) {
        assert.ok(rule.length > 0);
        assert.deepEqual([severity, pointer], ['error', path.map((part) => `/${part}`).join('')]);
      }
      return true;
    });
    assert.deepEqual([ids(made.steps()), made.seq], [['build', 'ship'], 1]);
  });
}

test('no step is added to a saga that has ended', () => {
  const made = saga();
  made.transition('completed');
  assert.throws(() => made.addStep(step('late')), SagawardError);
  assert.equal(made.steps().length, 2);
});

// ── documents ──

test("toDict has the reference's keys in its order", () => {
  const made = saga();
  made.transitionStep('build', 'executing');
  made.transitionStep('build', 'failed', { error: 'broke' });
  made.transition('failed', { error: 'build broke' });
  assert.equal(JSON.stringify(made.toDict()), JSON.stringify({
    saga_id: 'saga:1',
    session_id: 'session-1',
    state: 'failed',
    created_at: second(0),
    completed_at: second(3),
    error: 'build broke',
    steps: [
      { step_id: 'build', action_id: 'test.run', agent_did: 'did:build', state: 'failed', error: 'broke' },
      { step_id: 'ship', action_id: 'test.run', agent_did: 'did:ship', state: 'pending', error: null },
    ],
  }));
});

test('the log holds every event, numbered without gaps', () => {
  const made = saga();
  made.addStep(step('extra'));
  made.transitionStep('build', 'executing');
  made.transitionStep('build', 'committed', { result: 1 });
  made.transition('completed');
  const [first, ...rest] = made.log();
  const { steps, ...head } = first;
  assert.deepEqual(head, { seq: 1, at: second(0), type: 'saga_created', format: 'sagaward.log', version: 1, saga_id: 'saga:1', session_id: 'session-1', name: 'release', fan_out: null, metadata: null });
  assert.deepEqual(ids(steps.map(({ id }) => ({ step_id: id }))), ['build', 'ship']);
  assert.deepEqual(rest.map(({ seq, at, type }) => [seq, at, type]), [
    [2, second(1), 'step_added'],
    [3, second(2), 'step_transitioned'],
    [4, second(3), 'step_transitioned'],
    [5, second(4), 'saga_transitioned'],
  ]);
  assert.deepEqual(rest[2], { seq: 4, at: second(3), type: 'step_transitioned', step_id: 'build', to: 'committed', result: 1 });
  assert.deepEqual([made.log(4), made.log(6), made.log(-1).length], [rest.slice(2), [], 5]);
});

/** A document as it comes back from a file. */
const travelled = (document) => JSON.parse(JSON.stringify(document));

/** A saga in the middle of everything. */
function busy() {
  const made = saga({
    ...definition,
    steps: [step('a', { retries: 3 }), step('b', { depends_on: ['a'] }), step('c', { depends_on: ['a'], checkpoint_goal: 'done' })],
    fan_out: [{ policy: 'majority_must_succeed', branches: ['b', 'c'] }],
    metadata: { z: 1, a: { y: [null] } },
  });
  made.transitionStep('a', 'executing');
  made.transitionStep('a', 'committed', { result: { z: 1, a: 2 } });
  made.transitionStep('b', 'executing');
  made.handle({ type: 'agent_killed', at: 5_000, agent_did: 'did:b', kill_id: 'kill:1' });
  made.handle({ type: 'handoff_accepted', at: 6_000, step_id: 'b', to_agent: 'did:other', kill_id: 'kill:1' });
  made.transitionStep('c', 'executing');
  made.transitionStep('c', 'failed', { error: 'broke' });
  return made;
}

test('nothing is lost over a snapshot, and later events carry on', () => {
  const made = busy();
  const snapshot = travelled(made.snapshot());
  assert.deepEqual([snapshot.format, snapshot.version, snapshot.seq], ['sagaward.saga', 1, made.seq]);
  const restored = Saga.restore(snapshot);
  assert.equal(JSON.stringify(restored.snapshot()), JSON.stringify(made.snapshot()));
  assert.deepEqual([restored.steps(), restored.toDict(), restored.log()], [made.steps(), made.toDict(), []]);
  assert.equal(restored.step('b').agent_did, 'did:other');

  made.transition('compensating', { error: 'rolled back' });
  const carried = Saga.restore(snapshot, travelled(made.log(snapshot.seq + 1)));
  assert.deepEqual([carried.snapshot(), carried.log()], [made.snapshot(), made.log(snapshot.seq + 1)]);
});

test('the log gives the same saga', () => {
  const made = busy();
  const replayed = Saga.replay(travelled(made.log()));
  assert.deepEqual([replayed.snapshot(), replayed.log()], [made.snapshot(), made.log()]);
  replayed.transition('completed');
  assert.equal(made.state, 'running', 'the two are apart');
});

test('a restored or replayed saga goes by the clock it is given', () => {
  const made = saga();
  for (const one of [Saga.restore(made.snapshot(), [], { now: () => 7_000 }), Saga.replay(made.log(), { now: () => 7_000 })]) {
    one.transition('completed');
    assert.equal(one.completedAt, second(7));
  }
});

const change = (path, value) => (document) => {
  const keys = path.split('.');
  const last = keys.pop();
  const owner = keys.reduce((at, key) => at[key], document);
  if (value === undefined) delete owner[last];
  else owner[last] = value;
  return document;
};
const forged = {
  'another format': [change('format', 'other'), /format/],
  'a newer version': [change('version', 2), /version.*up to 1/],
  'no version': [change('version', undefined), /version/],
  'torn': [change('steps', undefined), /steps/],
  'an unknown field': [change('extra', 1), /extra/],
  'an unknown field of a step': [change('steps.0.extra', 1), /steps\.0\.extra/],
  'a step without a state': [change('steps.0.state', undefined), /steps\.0/],
  'a step that is a list': [(document) => ({ ...document, steps: document.steps.map((step) => Object.values(step)) }), /steps\.0/],
  'an unknown state of a step': [change('steps.0.state', 'sleeping'), /steps\.0\.state/],
  'a fence that is a list': [change('steps.0.fence', ['kill', true]), /steps\.0\.fence/],
  'an unknown state': [change('state', 'sleeping'), /state/],
  'seq 0': [change('seq', 0), /seq/],
  'an end before the end': [change('completed_at', '2026-01-01T00:00:00.000Z'), /completed_at/],
  'a pending step that has started': [change('steps.0.state', 'pending'), /steps\.0/],
  'more retries than there are': [change('steps.0.retry_count', 11), /steps\.0\.retry_count/],
  'a time that is none': [change('created_at', 'yesterday'), /created_at/],
  'a step twice': [(document) => ({ ...document, steps: [document.steps[0], ...document.steps] }), /steps.*Duplicate/],
  'nothing': [() => null, /snapshot/],
  'a list': [() => [], /snapshot/],
};
for (const [name, [forge, message]] of Object.entries(forged)) {
  test(`a snapshot is refused with its place: ${name}`, () => {
    assert.throws(() => Saga.restore(forge(travelled(busy().snapshot()))), { name: 'SagawardError', code: 'bad_snapshot', message });
  });
}

const unusual = {
  'in another order': (step) => Object.fromEntries(Object.entries(step).reverse()),
  'without what is null': (step) => Object.fromEntries(Object.entries(step).filter(([, value]) => value !== null)),
  'with undefined for null': (step) => Object.fromEntries(Object.entries(step).map(([name, value]) => [name, value ?? undefined])),
  'without a prototype': (step) => Object.assign(Object.create(null), step),
  'that write themselves': (step) => ({ toJSON: () => step }),
  'of a class that writes itself': (step) => Object.assign(Object.create({ toJSON: () => step }), step, { state: 'unheard of' }),
  'with a field from a getter': ({ state, ...step }) => Object.defineProperty({ ...step }, 'state', { get: () => state, enumerable: true }),
};
for (const [name, rewrite] of Object.entries(unusual)) {
  test(`a snapshot counts as JSON would write it: steps ${name}`, () => {
    const taken = travelled(busy().snapshot());
    assert.deepEqual(Saga.restore({ ...taken, steps: taken.steps.map(rewrite) }).snapshot(), taken);
  });
}

test('a snapshot that cannot be read throws not_json', () => {
  const taken = busy().snapshot();
  const refusing = { enumerable: true, get() { throw new Error('gone'); } };
  const step = Object.defineProperty({ ...taken.steps[0] }, 'state', refusing);
  for (const unreadable of [Object.defineProperty({ ...taken }, 'steps', refusing), { ...taken, steps: [step] }]) {
    assert.throws(() => Saga.restore(unreadable), { name: 'SagawardError', code: 'not_json', message: /gone/ });
  }
});

test('one step has its fields in the same order, seen alone, in the list and in a snapshot', () => {
  const made = busy();
  const alone = made.snapshot().steps.map(({ step_id }) => JSON.stringify(busy().step(step_id)));
  for (const steps of [made.steps(), made.snapshot().steps]) assert.deepEqual(steps.map((step) => JSON.stringify(step)), alone);
});

const torn = {
  'empty': [() => [], /empty/],
  'without its beginning': [(log) => log.slice(1), /saga_created/],
  'with a gap': [(log) => log.toSpliced(2, 1), /event/],
  'out of order': [(log) => [log[0], log[2], log[1]], /event/],
  'an event twice': [(log) => [log[0], log[1], log[1]], /event/],
  'a newer version': [(log) => [{ ...log[0], version: 2 }], /version/],
  'another format': [(log) => [{ ...log[0], format: 'other' }], /format/],
  'an unknown event': [(log) => [...log, { seq: log.length + 1, at: second(0), type: 'surprise' }], /^event \d+ of the log \(type\): 'surprise' is no type of event/],
  'a field of another type': [(log) => [log[0], { ...log[1], at: 'yesterday' }], /^event 2 of the log \(at\): /],
  'a field that is not there': [(log) => [log[0], { seq: 2, at: second(0), type: 'undo_held' }], /^event 2 of the log \(step_id\): is missing/],
  'an illegal transition': [(log) => [...log, { seq: log.length + 1, at: second(0), type: 'step_transitioned', step_id: 'a', to: 'executing' }], /committed → executing/],
  'a step that is not there': [(log) => [...log, { seq: log.length + 1, at: second(0), type: 'step_transitioned', step_id: 'x', to: 'executing' }], /'x'/],
  'a snapshot in its midst': [(log) => [...log, { seq: log.length + 1, at: second(0), type: 'saga_compacted', snapshot: Saga.replay(log).snapshot() }], /only where a log begins/],
  'a snapshot with another number': [(log) => [{ seq: 2, at: second(0), type: 'saga_compacted', snapshot: Saga.replay(log).snapshot() }], /begins with event 2/],
  'a snapshot that is none': [() => [{ seq: 1, at: second(0), type: 'saga_compacted', snapshot: {} }], /format/],
  'text': [() => 'log', /^event 1 of the log must be an object/],
  'nulls': [() => [null], /^event 1 of the log must be an object/],
};
for (const [name, [tear, message]] of Object.entries(torn)) {
  test(`a log is refused: ${name}`, () => {
    assert.throws(() => Saga.replay(tear(travelled(busy().log()))), { name: 'SagawardError', code: 'bad_log', message });
  });
}

test('later events that do not follow a snapshot are refused', () => {
  const made = saga();
  const snapshot = made.snapshot();
  made.transitionStep('build', 'executing');
  assert.throws(() => Saga.restore(snapshot, made.log()), { code: 'bad_log' });
});

// ── listeners ──

test('a listener hears every later event, in order, until it stops', () => {
  const made = saga();
  const heard = [];
  const stop = made.subscribe((event) => heard.push(event));
  made.transitionStep('build', 'executing');
  made.transitionStep('build', 'committed');
  assert.deepEqual(heard, made.log(2));
  heard.forEach(assertFrozen);
  stop();
  stop();
  made.transition('completed');
  assert.equal(heard.length, 2);
});

test('what throws or is refused is not told', () => {
  const made = saga();
  made.subscribe(() => assert.fail('there is no event'));
  assert.throws(() => made.transitionStep('build', 'committed'), SagaStateError);
  made.handle({ type: 'attempt_settled', at: 0, step_id: 'build' });
  assert.equal(made.seq, 1);
});

test('a listener that throws harms nobody', () => {
  const made = saga();
  const heard = [];
  made.subscribe(() => { throw new Error('mine'); });
  made.subscribe(({ seq }) => heard.push(seq));
  made.transitionStep('build', 'executing');
  assert.deepEqual([heard, made.step('build').state], [[2], 'executing']);
});

test('a listener may call back in: everybody hears all events in their order', () => {
  const made = saga();
  const heard = [[], []];
  made.subscribe(({ seq, to }) => {
    heard[0].push(seq);
    if (to === 'executing') made.transitionStep('build', 'committed');
  });
  made.subscribe(({ seq }) => heard[1].push([seq, made.seq]));
  made.transitionStep('build', 'executing');
  assert.deepEqual(heard, [[2, 3], [[2, 3], [3, 3]]]);
});

test('a listener that comes in while others listen hears only what comes after', () => {
  const made = saga();
  const heard = [];
  made.subscribe(() => {});
  const stop = made.subscribe(() => {
    stop();
    made.transitionStep('ship', 'executing');
    made.subscribe(({ seq }) => heard.push(seq));
    made.transitionStep('ship', 'committed');
  });
  made.transitionStep('build', 'executing');
  assert.deepEqual(heard, [4]);
});

test('a listener that is there twice hears twice', () => {
  const made = saga();
  let heard = 0;
  const listener = () => heard++;
  const stop = made.subscribe(listener);
  made.subscribe(listener);
  made.transitionStep('build', 'executing');
  stop();
  made.transitionStep('build', 'committed');
  assert.equal(heard, 3);
});

test('a listener may free the saga', () => {
  const made = saga();
  const heard = [];
  made.subscribe(() => made.free());
  made.subscribe(({ seq }) => heard.push(seq));
  made.transitionStep('build', 'executing');
  assert.deepEqual(heard, [2], 'those who were there hear the event itself');
  assert.throws(() => made.state, { code: 'closed' });
});

// ── the end ──

const uses = {
  state: (made) => made.state,
  sagaId: (made) => made.sagaId,
  steps: (made) => made.steps(),
  step: (made) => made.step('build'),
  readySteps: (made) => made.readySteps(),
  log: (made) => made.log(),
  addStep: (made) => made.addStep(step('x')),
  transition: (made) => made.transition('completed'),
  transitionStep: (made) => made.transitionStep('build', 'executing'),
  handle: (made) => made.handle({ type: 'attempt_settled', at: 0, step_id: 'build' }),
  toDict: (made) => made.toDict(),
  snapshot: (made) => made.snapshot(),
  subscribe: (made) => made.subscribe(() => {}),
};
for (const [name, use] of Object.entries(uses)) {
  test(`a freed saga is closed: ${name}`, () => {
    const made = saga();
    made.steps();
    made.free();
    made.free();
    assert.throws(() => use(made), { name: 'SagawardError', code: 'closed' });
  });
}

test('using ends a saga', () => {
  const made = saga();
  made[Symbol.dispose]();
  assert.throws(() => made.state, { code: 'closed' });
});

// ── bad arguments ──

const bad = {
  'no saga': [() => new Saga(), 'bad_argument', /the saga/],
  'no session': [() => new Saga({}), 'bad_argument', /session_id must be a string, not undefined/],
  'a session that is a number': [() => new Saga({ session_id: 1 }), 'bad_argument', /session_id must be a string, not number/],
  'a session with half a character': [() => new Saga({ session_id: '\ud83d' }), 'bad_argument', /session_id.*surrogate/],
  'an id that is a number': [() => new Saga({ session_id: 's', saga_id: 1 }), 'bad_argument', /saga_id/],
  'a name that is null': [() => new Saga({ session_id: 's', name: null }), 'bad_argument', /name must be a string, not null/],
  'options that are null': [() => new Saga({ session_id: 's' }, null), 'bad_argument', /options/],
  'a clock that is a time': [() => new Saga({ session_id: 's' }, { now: 5 }), 'bad_argument', /now must be a function, not number/],
  'a clock that gives text': [() => new Saga({ session_id: 's' }, { now: () => 'noon' }), 'bad_argument', /now\(\) must be a number/],
  'a clock that gives NaN': [() => new Saga({ session_id: 's' }, { now: () => NaN }), 'bad_argument', /NaN/],
  'a clock before 1970': [() => new Saga({ session_id: 's' }, { now: () => -1 }), 'bad_argument', /-1/],
  'a definition that is undefined': [() => Saga.fromDefinition(), 'not_json', /definition/],
  'a definition with a BigInt': [() => Saga.fromDefinition({ name: 1n }), 'not_json', /BigInt/],
  'an option that is unknown': [() => Saga.fromDefinition(definition, { collect_all: true }), 'bad_option', /collect_all/],
  'a state that is unknown': [() => saga().transition('sleeping'), 'bad_argument', /'sleeping' is no state.*running, compensating/],
  "a step's state that is unknown": [() => saga().transitionStep('build', 'running'), 'bad_argument', /'running' is no state.*pending, executing/],
  'a state that is an object': [() => saga().transition({}), 'bad_argument', /to must be a string, not object/],
  'a step that is unknown': [() => saga().transitionStep('nothing', 'executing'), 'unknown_step', /'nothing'/],
  'a step that is a number': [() => saga().transitionStep(1, 'executing'), 'bad_argument', /stepId/],
  'an error that is an Error': [() => saga().transition('failed', { error: new Error('x') }), 'bad_argument', /error must be a string, not object/],
  'a time that is a Date': [() => saga().transition('failed', { at: new Date() }), 'bad_argument', /at must be a number/],
  'a time that is Infinity': [() => saga().transition('failed', { at: Infinity }), 'bad_argument', /Infinity/],
  'details that are null': [() => saga().transition('failed', null), 'bad_argument', /details/],
  'an input that is unknown': [() => saga().handle({ type: 'dance', at: 0 }), 'bad_argument', /dance/],
  'an input without its time': [() => saga().handle({ type: 'attempt_settled', step_id: 'build' }), 'bad_argument', /at/],
  'an input with more': [() => saga().handle({ type: 'attempt_settled', at: 0, step_id: 'build', extra: 1 }), 'bad_argument', /extra/],
  'an input that is undefined': [() => saga().handle(), 'not_json', /the input/],
  'a step that is undefined': [() => saga().addStep(), 'not_json', /the step/],
  'no listener': [() => saga().subscribe(), 'bad_argument', /listener must be a function, not undefined/],
  'a listener that is an object': [() => saga().subscribe({}), 'bad_argument', /listener/],
  'a log that is a number': [() => Saga.replay(5), 'bad_argument', /events/],
  'a log that is nothing': [() => Saga.replay(), 'bad_argument', /events/],
  'a place in the log that is text': [() => saga().log('1'), 'bad_argument', /fromSeq/],
};
for (const [name, [call, code, message]] of Object.entries(bad)) {
  test(`bad use throws: ${name}`, () => {
    assert.throws(call, (error) => {
      assert.ok(error instanceof SagawardError, String(error));
      assert.equal(error.code, code, error.message);
      assert.match(error.message, message);
      return true;
    });
  });
}

function assertFrozen(value) {
  if (typeof value !== 'object' || value === null) return;
  assert.ok(Object.isFrozen(value));
  Object.values(value).forEach(assertFrozen);
}
