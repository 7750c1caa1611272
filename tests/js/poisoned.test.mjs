// The memory that holds sagas and kill switches is exhausted on purpose, through nothing but the
// public functions: the stop button still stops, everything else says so, and validation goes on.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

const preparation = `
  import { AgentRateLimiter, KillSwitch, Saga, SagawardError, isValid, validate } from ${JSON.stringify(import.meta.resolve('sagaward'))};
  import { definition } from ${JSON.stringify(new URL('./conformance.mjs', import.meta.url).href)};

  const request = (agent_did, more) => ({ agent_did, session_id: 'session-1', reason: 'manual', ...more });
  const code = async (call) => {
    try { await call(); return 'nothing was thrown' } catch (error) { return error instanceof SagawardError ? error.code : String(error) }
  };
  const facts = {};

  const before = validate(definition);
  const saga = Saga.fromDefinition(definition, { saga_id: 'saga:1' });
  const inputs = [];
  const limiter = new AgentRateLimiter();
  const kills = new KillSwitch({ callbackTimeoutMs: 100 });
  kills.attach(saga, (input) => { inputs.push(input.type); saga.handle(input); });
  kills.registerSubstitute('session-1', 'did:sub');
  let lost = Array.from({ length: 100 }, () => Saga.fromDefinition(definition));

  /** A result of ten million bytes a step, until the memory is full. */
  function exhaust() {
    const steps = Array.from({ length: 100 }, (_, index) => ({ ...definition.steps[0], id: 's' + index }));
    const hoard = Saga.fromDefinition({ ...definition, steps });
    const result = 'x'.repeat(10e6);
    for (const { id } of steps) {
      hoard.transitionStep(id, 'executing');
      hoard.transitionStep(id, 'committed', { result });
    }
  }
  function die() {
    try { exhaust() } catch (error) { facts.death = [error instanceof SagawardError, error.code, error.cause instanceof WebAssembly.RuntimeError] }
  }
`;

/** What a script found in a process of its own, whose memory is full at 64 MB, not at four gigabytes. */
async function found(script) {
  const flags = ['--expose-gc', '--wasm-max-mem-pages=1024', '--input-type=module'];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [...flags, '--eval', `${preparation}${script}\nconsole.log(JSON.stringify(facts));`]);
  assert.equal(stderr, '');
  const { death, ...facts } = JSON.parse(stdout);
  assert.deepEqual(death, [true, 'poisoned', true]);
  return facts;
}

test('kill still aborts, calls, awaits and reports', async () => {
  const facts = await found(`
    const called = [];
    const controller = new AbortController();
    kills.registerAgent('settles', async ({ killId, reason }) => { await null; called.push([killId.slice(0, 5), reason]) });
    kills.registerAgent('throws', () => { throw new Error('no') });
    kills.registerAgent('hangs', ({ signal }) => new Promise(() => { signal.onabort = () => called.push('time is up') }));
    kills.registerAgent('controller', controller);
    const signal = kills.signal('settles');
    die();

    const details = { details: 'why', in_flight_steps: [{ step_id: 'build', saga_id: 'saga:1' }, 5] };
    const records = await Promise.all([
      kills.kill(request('settles', details)),
      ...['throws', 'hangs', 'controller', 'nobody'].map((agent) => kills.kill(request(agent))),
    ]);
    facts.first = { ...records[0], kill_id: '', timestamp: '', duration_ms: 0 };
    facts.terminations = records.map(({ termination, terminated, error }) => [termination, terminated, error]);
    facts.frozen = records.every((record) => Object.isFrozen(record) && Object.isFrozen(record.handoffs));
    facts.aborted = [signal.aborted, controller.signal.aborted, controller.signal.reason.code];
    facts.called = called;
    facts.again = (await kills.kill(request('settles'))).termination;
    facts.driver = inputs.length === 6 && inputs.every((type) => type === 'agent_killed');
  `);
  const why = 'the core is dead or was freed: nothing was handed over, rolled back or kept';
  const handoff = { step_id: '', saga_id: '', from_agent: 'settles', to_agent: null, status: 'failed', in_doubt: true, error: why };
  assert.deepEqual(facts, {
    first: {
      kill_id: '', agent_did: 'settles', session_id: 'session-1', reason: 'manual', timestamp: '',
      handoffs: [{ ...handoff, step_id: 'build', saga_id: 'saga:1' }, handoff],
      handoff_success_count: 0, compensation_triggered: false, terminated: true, termination: 'confirmed', error: why, duration_ms: 0, details: 'why',
    },
    terminations: [
      ['confirmed', true, why],
      ['threw', false, `no; ${why}`],
      ['timed_out', false, `the termination callback did not settle within 100 ms; ${why}`],
      ['signalled', false, why],
      ['no_handler', false, why],
    ],
    frozen: true,
    aborted: [true, true, 'killed'],
    called: [['kill:', 'manual'], 'time is up'],
    again: 'no_handler',
    driver: true,
  });
});

test('a kill that runs when the core dies carries on', async () => {
  const facts = await found(`
    let end;
    kills.registerAgent('did:a', () => new Promise((resolve) => (end = resolve)));
    const killing = kills.kill(request('did:a'));
    die();
    const joining = kills.kill(request('did:a'));
    end();
    const record = await killing;
    facts.kill = [record.termination, record.error !== null, await joining === record];
  `);
  assert.deepEqual(facts, { kill: ['confirmed', true, true] });
});

test('requests that name no agent are refused still', async () => {
  const facts = await found(`
    die();
    facts.codes = await Promise.all([undefined, request(5), request(), { agent_did: 'a' }].map((wrong) => code(() => kills.kill(wrong))));
    facts.odd = (await kills.kill(request('a', { in_flight_steps: 'text', reason: 'unknown' }))).handoffs;
  `);
  assert.deepEqual(facts, { codes: Array(4).fill('bad_argument'), odd: [] });
});

test('everything else says poisoned, free is quiet, and lost objects harm nobody', async () => {
  const facts = await found(`
    die();
    const calls = {
      'new Saga': () => new Saga({ session_id: 's' }),
      'Saga.fromDefinition': () => Saga.fromDefinition(definition),
      'Saga.replay': () => Saga.replay([]),
      'saga.state': () => saga.state,
      'saga.steps': () => saga.steps(),
      'saga.transition': () => saga.transition('completed'),
      'saga.snapshot': () => saga.snapshot(),
      'saga.subscribe': () => saga.subscribe(() => {}),
      'new KillSwitch': () => new KillSwitch(),
      'registerAgent': () => kills.registerAgent('did:a', () => {}),
      'registerSubstitute': () => kills.registerSubstitute('s', 'did:a'),
      'attach': () => kills.attach(saga),
      'killSession': () => kills.killSession('session-1', 'manual'),
      'isKilled': () => kills.isKilled('did:a'),
      'signal': () => kills.signal('did:a'),
      'killHistory': () => kills.killHistory(),
      'snapshot': () => kills.snapshot(),
      'new AgentRateLimiter': () => new AgentRateLimiter(),
      'limiter.check': () => limiter.check('did:a', 's', 3),
    };
    facts.others = [];
    for (const [name, call] of Object.entries(calls)) {
      const said = await code(call);
      if (said !== 'poisoned') facts.others.push([name, said]);
    }
    for (const one of [saga, kills, limiter]) one.free();
    facts.closed = await code(() => saga.state);
    lost = undefined;
    for (let turn = 0; turn < 10; turn++) { await new Promise(setImmediate); gc() }
  `);
  assert.deepEqual(facts, { others: [], closed: 'closed' });
});

test('validation works as before', async () => {
  const facts = await found(`
    die();
    facts.same = JSON.stringify(validate(definition)) === JSON.stringify(before);
    facts.verdicts = [isValid(definition), isValid({})];
  `);
  assert.deepEqual(facts, { same: true, verdicts: [true, false] });
});
