// The package gives the answers of the cases, to the letter.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AgentRateLimiter, isValid, isValidText, KillSwitch, Saga, SagawardError, validate, validateText } from 'sagaward';
import { cases, outcome, renamed } from './cases.mjs';

const isOurs = (error) => error instanceof SagawardError;
/** Without the keys that hold `undefined`. */
const plain = (value) => value && JSON.parse(JSON.stringify(value));

for (const { name, document, source, options, report, error } of cases('validation')) {
  test(`validation: ${name}`, () => {
    const judged = outcome(() => (source === 'text' ? validateText(document, options) : validate(JSON.parse(document), options)), isOurs);
    assert.deepEqual(judged, report ? { answer: report } : { error });
    if (!report) return;
    const valid = source === 'text' ? isValidText(document, options) : isValid(JSON.parse(document), options);
    assert.equal(valid, report.valid);
  });
}

for (const { name, definition, saga_id, at, created, turns, ready, outcome: ended, snapshot, compacted } of cases('lifecycle')) {
  test(`lifecycle: ${name}`, () => {
    let now = at;
    const saga = Saga.fromDefinition(definition, { saga_id, now: () => now });
    assert.deepEqual(saga.log(), created);
    for (const { commands, events, error, ...told } of turns) {
      const { seq } = saga;
      now = Object.values(told)[0].at;
      const done = outcome(() => play(saga, told), isOurs);
      assert.deepEqual(done, error ? { error } : { answer: commands });
      if (!error) assert.deepEqual(saga.log(seq + 1), events);
    }
    assert.deepEqual(saga.readySteps().map(({ step_id }) => step_id), ready);
    assert.equal(saga.outcome, ended);
    assert.deepEqual(saga.snapshot(), snapshot);
    assert.deepEqual(Saga.restore(snapshot).snapshot(), snapshot);
    for (const log of [saga.log(), ...(compacted ? [compacted] : [])]) assert.deepEqual(Saga.replay(log).snapshot(), snapshot);
  });
}

function play(saga, { input, transition, transition_step, add_step }) {
  if (input) return saga.handle(input);
  if (transition) return saga.transition(transition.to, transition);
  if (transition_step) return saga.transitionStep(transition_step.step_id, transition_step.to, transition_step);
  return saga.addStep(add_step.step);
}

for (const { name, options, substitutes, agents, kills, substitutes_left, total_kills, total_handoffs, snapshot } of cases('killing')) {
  test(`killing: ${name}`, async () => {
    let now = 0;
    const killSwitch = new KillSwitch({ ...options, now: () => now });
    for (const { session_id, agent_did, answer } of substitutes) {
      const accept = () => {
        if (typeof answer === 'string') throw new Error(answer);
        return answer;
      };
      killSwitch.registerSubstitute(session_id, agent_did, answer === undefined ? undefined : accept);
    }
    for (const { agent_did, termination, error } of agents) {
      killSwitch.registerAgent(agent_did, () => {
        now += 7;
        if (termination === 'threw') throw new Error(error);
      });
    }
    const ids = [];
    for (const { request, at, result } of kills) {
      now = at;
      const killed = await killSwitch.kill(request);
      ids.push(killed.kill_id);
      assert.deepEqual(renamed(killed, ids), result);
    }
    for (const [session, left] of Object.entries(substitutes_left)) assert.deepEqual(killSwitch.substitutes(session), left);
    assert.deepEqual([killSwitch.totalKills, killSwitch.totalHandoffs], [total_kills, total_handoffs]);
    if (!snapshot) return;
    assert.deepEqual(renamed(killSwitch.snapshot(), ids), snapshot);
    assert.deepEqual(KillSwitch.restore(snapshot).snapshot(), snapshot);
  });
}

for (const { name, options, calls, tracked_agents } of cases('limiting')) {
  test(`limiting: ${name}`, () => {
    let time = 0;
    const limiter = new AgentRateLimiter({ ...options, now: () => time });
    for (const { call, agent_did, session_id, ring, cost, now, returns, error } of calls) {
      time = now;
      const ask = {
        decide: () => limiter.decide(agent_did, session_id, ring, cost),
        check: () => (limiter.check(agent_did, session_id, ring, cost), null),
        update_ring: () => (limiter.updateRing(agent_did, session_id, ring), null),
        stats: () => limiter.stats(agent_did, session_id) ?? null,
      };
      assert.deepEqual(plain(outcome(ask[call], isOurs)), error ? { error } : { answer: returns });
    }
    assert.equal(limiter.trackedAgents, tracked_agents);
  });
}
