// Every answer of the reference to sequences of calls, under virtual time: the differences on purpose are stated beside each
// machine, told in docs/differences.md, and shown in machine_differences.test.mjs.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import fc from 'fast-check';
import { SAGA_TRANSITIONS, STEP_TRANSITIONS } from 'sagaward';
import * as kill from './kill.mjs';
import * as lifecycle from './lifecycle.mjs';
import * as rateLimiter from './rate_limiter.mjs';
import { answers } from './reference.mjs';

const SEED = Number(process.env.SAGAWARD_SEED ?? (process.env.SAGAWARD_LONG ? Date.now() : 20261123));
const SCENARIOS = process.env.SAGAWARD_LONG ? 20_000 : 2_000;

const generated = ({ scenario }) => fc.sample(scenario, { numRuns: SCENARIOS, seed: SEED });
/** By name: the machine, the scenarios, and the errors that they must reach. */
const sources = {
  'each transition of a step, allowed or not': [lifecycle, pairs(STEP_TRANSITIONS, 'pending', (to) => ['transition_step', 'a', to]), ['SagaStateError']],
  'each transition of a saga, allowed or not': [lifecycle, pairs(SAGA_TRANSITIONS, 'running', (to) => ['transition', to]), ['SagaStateError']],
  [`${SCENARIOS} generated lives of sagas, SAGAWARD_SEED=${SEED}`]: [lifecycle, generated(lifecycle), ['SagaStateError']],
  [`${SCENARIOS} generated uses of the kill switch, SAGAWARD_SEED=${SEED}`]: [kill, generated(kill), []],
  [`${SCENARIOS} generated uses of the rate limiter, SAGAWARD_SEED=${SEED}`]: [
    rateLimiter, generated(rateLimiter), ['RateLimitExceeded', 'bad_argument', 'cost_exceeds_burst'],
  ],
};

describe('the reference gives the same answers', () => {
  const cases = Object.entries(sources).flatMap(([name, [machine, scenarios]]) => scenarios.map((scenario) => ({ name, machine, scenario, ...machine.asked(scenario) })));
  let all;
  before(() => {
    all = answers(cases.map(({ question }) => question));
  });

  for (const [name, [, , errors]] of Object.entries(sources)) {
    test(name, async (t) => {
      const mismatches = [];
      const tally = {};
      const raised = new Set();
      for (const [i, { machine, scenario, expected }] of cases.entries()) {
        if (cases[i].name !== name) continue;
        const wanted = expected(all[i]);
        for (const difference of wanted.differences.size > 0 ? wanted.differences : ['as the reference']) tally[difference] = (tally[difference] ?? 0) + 1;
        for (const answer of wanted.answers) if (answer.raised) raised.add(answer.raised);
        try {
          assert.deepEqual(inOrder(await machine.ours(scenario)), inOrder(wanted.answers));
        } catch (error) {
          mismatches.push(`${JSON.stringify(scenario)}\n${error.message}`);
        }
      }
      t.diagnostic(JSON.stringify(tally));
      mismatches.sort((a, b) => a.length - b.length);
      assert.equal(mismatches.length, 0, `${mismatches.length} mismatches, the shortest:\n${mismatches.slice(0, 3).join('\n\n')}`);
      assert.deepEqual([...raised].sort(), errors, 'the generator reaches other errors than it did');
    });
  }
});

/** Also the order of keys counts. */
function inOrder(answers) {
  return answers.map((answer) => JSON.stringify(answer, null, 1));
}

/** From each state that a path leads to, a step to each other. */
function pairs(table, first, call) {
  const paths = new Map([[first, []]]);
  for (const [from, path] of paths) for (const to of table[from]) if (!paths.has(to)) paths.set(to, [...path, to]);
  const definition = { name: 'n', session_id: 's', saga_id: 'saga:1', steps: [{ id: 'a', action_id: 'data.run', agent: 'did:mesh:a', undo_api: '/undo' }] };
  return [...paths.values()].flatMap((path) => Object.keys(table).map((to) => ({
    given: { definition },
    calls: [...path, to].flatMap((state, i) => [[1000 * i, ...call(state)], [1000 * i, 'state']]),
  })));
}
