// Kills of agents whose steps a run performs, without a journal, with one, and with a slow one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KillSwitch, MemoryJournal, run, Saga } from 'sagaward';
import { begin, deferred, forever, obedient, sagaOf, states, step, turn, types, watched } from './world.mjs';

const [A, B, C] = ['did:a', 'did:b', 'did:c'];
const session_id = 'session-1';
const request = (agent_did = A, more) => ({ agent_did, session_id, reason: 'manual', ...more });
const decided = ({ handoffs }) => handoffs.map(({ step_id, to_agent, status }) => [step_id, to_agent, status]);
const failing = (...ids) => ({ step_id }) => {
  if (ids.includes(step_id)) throw new Error(`${step_id} failed`);
};

/** A journal that takes its time; a kill and its callbacks are faster. */
class SlowJournal extends MemoryJournal {
  async append(...given) {
    for (let tick = 0; tick < 50; tick++) await undefined;
    super.append(...given);
  }
}

const journals = { 'without a journal': () => undefined, 'with a journal': () => new MemoryJournal(), 'with a slow journal': () => new SlowJournal() };

/** Step `one` of agent A, after it `two` of agent C; A obeys its signal and has a callback. */
function world(journal, { options, substitutes = [[B]], callback = () => {}, steps = [step('one', { agent: A }), step('two', { agent: C })], ...more } = {}) {
  const killSwitch = new KillSwitch({ callbackTimeoutMs: 30, now: () => 1_000, ...options });
  if (callback) killSwitch.registerAgent(A, callback);
  for (const [agent, accept] of substitutes) killSwitch.registerSubstitute(session_id, agent, accept);
  const agents = [];
  const execute = more.execute ?? ((step, context) => (step.agent_did === A ? obedient(step, context) : step.step_id));
  const begun = begin(steps, {
    killSwitch,
    ...(journal && { journal }),
    ...more,
    execute: (step, context) => {
      agents.push(`${step.step_id} by ${step.agent_did}`);
      return execute(step, context);
    },
  });
  return { killSwitch, agents, ...begun };
}

/** Until the run has come so far. */
async function reached(condition) {
  for (let turns = 0; !condition(); turns++) {
    assert.ok(turns < 1_000, 'the run has come so far');
    await turn();
  }
}

for (const [how, make] of Object.entries(journals)) {
  test(`${how}: the substitute attempts the step again, under the same key`, async () => {
    const journal = make();
    const keys = [];
    const { killSwitch, saga, run, clock, agents, calls } = world(journal, {
      execute: (step, context) => {
        keys.push(context.idempotencyKey);
        return step.agent_did === A ? obedient(step, context) : step.step_id;
      },
    });
    await reached(() => calls.length === 1);
    const record = await killSwitch.kill(request());
    assert.deepEqual(decided(record), [['one', B, 'handed_off']]);
    assert.deepEqual([record.termination, record.error], ['confirmed', null]);
    assert.equal((await clock.until(run)).outcome, 'succeeded');
    assert.deepEqual([agents, calls], [[`one by ${A}`, `one by ${B}`, `two by ${C}`], ['one', 'one 2', 'two']]);
    assert.equal(keys[0], keys[1]);
    assert.equal(saga.step('one').retry_count, 0);
    if (journal) assert.deepEqual([...journal.read('saga:1')], saga.log());
  });

  test(`${how}: the fence is durable before the callback is called`, async () => {
    const journal = make();
    const seen = [];
    const { killSwitch, saga, run, clock, calls } = world(journal, {
      callback: () => void seen.push(types(journal ? journal.read('saga:1') : saga.log()).includes('agent_killed')),
    });
    await reached(() => calls.length === 1);
    await killSwitch.kill(request());
    assert.deepEqual(seen, [true]);
    await clock.until(run);
  });

  for (const [what, accept] of [['declines', () => false], ['throws', () => { throw new Error('no'); }], ['hangs', forever]]) {
    test(`${how}: nobody takes the step, for the substitute ${what}: the saga rolls back`, async () => {
      const { killSwitch, run, clock, calls } = world(make(), {
        steps: [step('zero', { agent: C }), step('one', { agent: A })],
        substitutes: [[B, accept]],
      });
      await reached(() => calls.length === 2);
      const record = await killSwitch.kill(request());
      assert.deepEqual([decided(record), record.compensation_triggered], [[['one', null, 'compensated']], true]);
      const { outcome, error } = await clock.until(run);
      assert.deepEqual([outcome, error], ['rolled_back', "step 'one' lost its agent and nobody took it"]);
      assert.deepEqual(calls, ['zero', 'one', 'undo one', 'undo zero']);
    });
  }

  test(`${how}: without substitutes the saga rolls back, and the kill does not wait for it`, async () => {
    const undo = deferred();
    const { killSwitch, run, clock, calls, saga } = world(make(), { substitutes: [], steps: [step('zero', { agent: C }), step('one', { agent: A })], compensate: () => undo.promise });
    await reached(() => calls.length === 2);
    assert.deepEqual(decided(await killSwitch.kill(request())), [['one', null, 'compensated']]);
    assert.equal(saga.state, 'compensating');
    undo.resolve();
    assert.equal((await clock.until(run)).outcome, 'rolled_back');
  });

  test(`${how}: the next substitute is asked where the first declines`, async () => {
    const offers = [];
    const { killSwitch, run, clock, calls, agents } = world(make(), { substitutes: [[B, (offer) => (offers.push(offer), false)], ['did:b2']] });
    await reached(() => calls.length === 1);
    const { kill_id, handoffs } = await killSwitch.kill(request());
    assert.equal(handoffs[0].to_agent, 'did:b2');
    assert.deepEqual(offers, [{ step_id: 'one', saga_id: 'saga:1', session_id, from_agent: A, to_agent: B, kill_id, in_doubt: true }]);
    await clock.until(run);
    assert.deepEqual(agents.at(-2), 'one by did:b2');
  });

  test(`${how}: what the killed agent reports moves nothing`, async () => {
    const action = deferred();
    const ended = deferred();
    const { killSwitch, run, clock, saga, calls } = world(make(), {
      options: { callbackTimeoutMs: 60_000 },
      callback: () => ended.promise,
      execute: ({ agent_did, step_id }) => (agent_did === A ? action.promise : `${step_id} by ${agent_did}`),
    });
    await reached(() => calls.length === 1);
    const killing = killSwitch.kill(request());
    await reached(() => types(saga.log()).includes('agent_killed'));
    action.resolve('by the killed agent');
    await turn();
    assert.equal(saga.step('one').state, 'executing');
    ended.resolve();
    await killing;
    await clock.until(run);
    assert.equal(saga.step('one').execute_result, `one by ${B}`);
  });

  test(`${how}: a step whose action does not stop is held, until it settles`, async () => {
    const action = deferred();
    const { killSwitch, run, clock, saga, calls } = world(make(), {
      callback: forever,
      execute: ({ agent_did, step_id }) => (agent_did === A ? action.promise : step_id),
    });
    await reached(() => calls.length === 1);
    const record = await killSwitch.kill(request());
    assert.deepEqual([record.termination, decided(record)], ['timed_out', [['one', null, 'pending']]]);
    assert.deepEqual([saga.state, saga.waitingFor], ['running', 'operator']);
    // Neither its timeout nor the abort grace ends the wait.
    await clock.pass(10_000_000);
    assert.deepEqual(calls, ['one']);
    action.reject(new Error('stopped at last'));
    assert.equal((await clock.until(run)).outcome, 'succeeded');
    assert.deepEqual([calls, decided(killSwitch.killHistory()[0])], [['one', 'one 2', 'two'], [['one', B, 'handed_off']]]);
  });

  for (const [move, outcome, called] of [['retryStep', 'succeeded', ['one', 'one 2', 'two']], ['skipStep', 'rolled_back', ['one', 'undo one']]]) {
    test(`${how}: a held step goes where an operator sends it: ${move}`, async () => {
      const { killSwitch, run, clock, calls } = world(make(), { callback: forever, execute: ({ agent_did }) => agent_did === A && forever() });
      await reached(() => calls.length === 1);
      await killSwitch.kill(request());
      run[move]('one');
      assert.equal((await clock.until(run)).outcome, outcome);
      assert.deepEqual(calls, called);
    });
  }

  test(`${how}: with onUnconfirmed: 'proceed' nobody waits for the killed agent`, async () => {
    const { killSwitch, run, clock, calls } = world(make(), { options: { onUnconfirmed: 'proceed' }, callback: forever, execute: ({ agent_did }) => agent_did === A && forever() });
    await reached(() => calls.length === 1);
    assert.deepEqual(decided(await killSwitch.kill(request())), [['one', B, 'handed_off']]);
    assert.equal((await clock.until(run)).outcome, 'succeeded');
  });

  test(`${how}: an AbortController has ended its agent once the attached actions have settled`, async () => {
    for (const [execute, termination] of [[obedient, 'confirmed'], [forever, 'signalled']]) {
      const controller = new AbortController();
      const { killSwitch, run, clock, calls } = world(make(), { callback: controller, execute: (step, context) => (step.agent_did === A ? execute(step, context) : null) });
      await reached(() => calls.length === 1);
      assert.equal((await killSwitch.kill(request())).termination, termination);
      assert.ok(controller.signal.aborted);
      run.cancel();
      await clock.until(run);
    }
  });

  for (const [when, substitutes, outcome, called] of [
    ['a substitute begins it when its turn comes', [[B]], 'succeeded', ['one', 'two']],
    ['nobody begins it when its turn comes', [], 'rolled_back', ['one', 'undo one']],
  ]) {
    test(`${how}: the agent of a step that waits is killed: ${when}`, async () => {
      const first = deferred();
      const { killSwitch, run, clock, calls, agents } = world(make(), {
        substitutes,
        steps: [step('one', { agent: C }), step('two', { agent: A })],
        execute: ({ step_id }) => step_id === 'one' && first.promise,
      });
      await reached(() => calls.length === 1);
      assert.deepEqual(decided(await killSwitch.kill(request())), []);
      first.resolve();
      assert.equal((await clock.until(run)).outcome, outcome);
      assert.deepEqual(calls, called);
      assert.ok(!agents.includes(`two by ${A}`));
    });
  }

  test(`${how}: an agent that was killed before the run begins nothing`, async () => {
    const killSwitch = new KillSwitch();
    killSwitch.registerSubstitute(session_id, B);
    await killSwitch.kill(request());
    const journal = make();
    const { run, clock, agents } = world(journal, { killSwitch });
    assert.equal((await clock.until(run)).outcome, 'succeeded');
    assert.deepEqual(agents, [`one by ${B}`, `two by ${C}`]);
  });

  test(`${how}: the agent of a step that waits for its next attempt is killed`, async () => {
    const { killSwitch, run, clock, calls, agents } = world(make(), {
      steps: [step('one', { agent: A, retries: 1 })],
      execute: ({ agent_did }) => {
        if (agent_did === A) throw new Error('no');
      },
    });
    await reached(() => clock.timers === 1 && calls.length === 1);
    assert.deepEqual(decided(await killSwitch.kill(request())), [['one', B, 'handed_off']]);
    assert.equal((await clock.until(run)).outcome, 'succeeded');
    assert.deepEqual([agents, clock.now()], [[`one by ${A}`, `one by ${B}`], 0]);
  });

  test(`${how}: an undo goes on, whoever is killed`, async () => {
    const undo = deferred();
    const signals = [];
    const { killSwitch, run, clock, calls } = world(make(), {
      steps: [step('one', { agent: A }), step('two', { agent: A })],
      execute: failing('two'),
      compensate: (_, { signal }) => (signals.push(signal), undo.promise),
    });
    await reached(() => signals.length === 1);
    assert.deepEqual(decided(await killSwitch.kill(request())), []);
    assert.equal(signals[0].aborted, false);
    undo.resolve();
    assert.equal((await clock.until(run)).outcome, 'rolled_back');
    assert.deepEqual(calls, ['one', 'two', 'undo one']);
  });

  test(`${how}: a second kill moves nothing more`, async () => {
    const { killSwitch, run, clock, calls, saga } = world(make());
    await reached(() => calls.length === 1);
    await killSwitch.kill(request());
    const again = await killSwitch.kill(request());
    assert.deepEqual([again.termination, decided(again)], ['already_killed', []]);
    assert.equal((await clock.until(run)).outcome, 'succeeded');
    assert.equal(types(saga.log()).filter((type) => type === 'agent_killed').length, 1);
  });

  test(`${how}: the substitute may be killed as well`, async () => {
    const { killSwitch, run, clock, calls, agents } = world(make(), {
      substitutes: [[B], ['did:b2']],
      execute: (step, context) => ([A, B].includes(step.agent_did) ? obedient(step, context) : null),
    });
    await reached(() => calls.length === 1);
    await killSwitch.kill(request());
    await reached(() => calls.length === 2);
    await killSwitch.kill(request(B));
    assert.equal((await clock.until(run)).outcome, 'succeeded');
    assert.deepEqual(agents, [`one by ${A}`, `one by ${B}`, 'one by did:b2', `two by ${C}`]);
  });

  test(`${how}: an agent that was let back in does its steps again`, async () => {
    const first = deferred();
    const { killSwitch, run, clock, agents } = world(make(), {
      substitutes: [],
      steps: [step('one', { agent: C }), step('two', { agent: A })],
      execute: ({ step_id }) => step_id === 'one' && first.promise,
    });
    await reached(() => agents.length === 1);
    await killSwitch.kill(request());
    killSwitch.registerAgent(A, () => {});
    first.resolve();
    assert.equal((await clock.until(run)).outcome, 'succeeded');
    assert.deepEqual(agents, [`one by ${C}`, `two by ${A}`]);
  });

  test(`${how}: an action may kill its own agent`, async () => {
    let record;
    const { killSwitch, run, clock, agents } = world(make(), {
      execute: async (step, context) => {
        if (step.agent_did !== A) return null;
        record = killSwitch.kill(request());
        return obedient(step, context);
      },
    });
    await reached(() => record !== undefined);
    assert.deepEqual(decided(await record), [['one', B, 'handed_off']]);
    assert.equal((await clock.until(run)).outcome, 'succeeded');
    assert.deepEqual(agents, [`one by ${A}`, `one by ${B}`, `two by ${C}`]);
  });

  test(`${how}: an action that awaits the kill of its own agent ends it`, async () => {
    const { killSwitch, run, clock, agents } = world(make(), {
      execute: async ({ agent_did }) => {
        if (agent_did === A) await killSwitch.kill(request());
      },
    });
    await reached(() => killSwitch.totalKills === 1);
    assert.equal((await clock.until(run)).outcome, 'succeeded');
    assert.deepEqual(agents, [`one by ${A}`, `one by ${B}`, `two by ${C}`]);
  });

  test(`${how}: a saga that was recovered is not worked on by those killed before`, async () => {
    const journal = make();
    if (!journal) return;
    const { killSwitch, run: first, clock, calls } = world(journal);
    await reached(() => calls.length === 1);
    await clock.until(first.detach());
    await killSwitch.kill(request());
    const saga = Saga.replay(journal.read('saga:1'));
    const again = watched();
    const agents = [];
    const { outcome } = await run(saga, {
      compensate: again.compensate,
      execute: ({ agent_did }) => void agents.push(agent_did),
      killSwitch,
    });
    assert.deepEqual([outcome, agents], ['succeeded', [B, C]]);
  });

  test(`${how}: a run goes on where its kill switch is freed`, async () => {
    const first = deferred();
    const { killSwitch, run, clock, agents } = world(make(), {
      steps: [step('one', { agent: C }), step('two', { agent: A })],
      execute: ({ step_id }) => step_id === 'one' && first.promise,
    });
    await reached(() => agents.length === 1);
    killSwitch.free();
    first.resolve();
    assert.equal((await clock.until(run)).outcome, 'succeeded');
  });

  test(`${how}: where the kill switch was freed, nobody takes the steps of those it killed`, async () => {
    const first = deferred();
    const { killSwitch, run, clock, agents, calls } = world(make(), {
      steps: [step('one', { agent: C }), step('two', { agent: A })],
      execute: ({ step_id }) => step_id === 'one' && first.promise,
    });
    await reached(() => agents.length === 1);
    await killSwitch.kill(request());
    killSwitch.free();
    first.resolve();
    assert.equal((await clock.until(run)).outcome, 'rolled_back');
    assert.deepEqual(calls, ['one', 'undo one']);
  });

  test(`${how}: a kill finds the steps of several runs`, async () => {
    const killSwitch = new KillSwitch();
    killSwitch.registerSubstitute(session_id, B);
    const worlds = ['saga:1', 'saga:2'].map((saga_id) => world(make(), { killSwitch, definition: { saga_id } }));
    await reached(() => worlds.every(({ calls }) => calls.length === 1));
    const { handoffs } = await killSwitch.kill(request());
    assert.deepEqual(handoffs.map(({ saga_id, status }) => [saga_id, status]), [['saga:1', 'handed_off'], ['saga:2', 'handed_off']]);
    for (const { run, clock } of worlds) assert.equal((await clock.until(run)).outcome, 'succeeded');
  });
}

test('killSession ends all that work in a session', async () => {
  const killSwitch = new KillSwitch({ callbackTimeoutMs: 30 });
  const { run, clock, calls, saga } = world(undefined, {
    killSwitch,
    steps: [step('one', { agent: A, depends_on: [] }), step('two', { agent: C, depends_on: [] })],
    execute: obedient,
  });
  await reached(() => calls.length === 2);
  const records = await killSwitch.killSession(session_id, 'session_timeout');
  assert.deepEqual(records.map(({ agent_did }) => agent_did), [A, C]);
  assert.equal((await clock.until(run)).outcome, 'rolled_back');
  assert.deepEqual(states(saga), { one: 'compensated', two: 'compensated' });
});

for (const [how, trouble] of [['hangs', forever], ['fails', () => Promise.reject(new Error('disk full'))], ['throws', () => { throw new Error('disk full'); }]]) {
  test(`a kill ends its agent also where the journal ${how}`, async () => {
    let ended = 0;
    let appends = 0;
    const journal = Object.assign(new MemoryJournal(), { append: () => (++appends > 1 ? trouble() : undefined) });
    const { killSwitch, run, clock, calls } = world(journal, { callback: () => void ended++ });
    await reached(() => calls.length === 1);
    const { termination } = await killSwitch.kill(request());
    assert.deepEqual([termination, ended, calls], ['confirmed', 1, ['one']]);
    if (how === 'hangs') await clock.until(run.detach());
    else await assert.rejects(clock.until(run), { code: 'journal_failed' });
    assert.deepEqual(calls, ['one']);
  });
}

test('a run that has ended is not attached any more', async () => {
  const killSwitch = new KillSwitch();
  const saga = sagaOf([step('one', { agent: A })]);
  const { clock, run: whole } = begin(saga, { killSwitch });
  await clock.until(whole);
  const { seq } = saga;
  assert.deepEqual(decided(await killSwitch.kill(request())), []);
  assert.equal(saga.seq, seq);
});
