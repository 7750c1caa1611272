// Runs with instant actions, beside a loop written by hand that retries, times out and keeps the same account.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import pRetry from 'p-retry';
import pTimeout from 'p-timeout';
import { run, Saga } from 'sagaward';
import { prepared } from './measure.mjs';
import { names } from './peers.mjs';

const SIZES = [5, 50, 1_000];
// About as many steps in each measurement.
const STEPS_IN_ALL = 10_000;
const LOOP = `loop with ${names.pRetry}, ${names.pTimeout}`;
const result = { image: 'sha256:1' };

function definition(steps) {
  return {
    name: 'Nightly',
    session_id: 'session:nightly',
    steps: Array.from({ length: steps }, (_, i) => ({ id: `step-${i}`, action_id: 'data.extract', agent: 'did:mesh:worker', undo_api: '/undo', timeout: 300, retries: 2 })),
  };
}

const action = async () => result;
const actions = { execute: action, compensate: async () => {} };

/** What a careful team would write: states, times, results, a log, retries, time-outs, an AbortSignal for each attempt. */
async function byHand({ steps }) {
  const log = [];
  const states = new Map(steps.map((step) => [step.id, { state: 'pending', started_at: null, completed_at: null, result: null }]));
  const record = (type, facts) => log.push({ seq: log.length + 1, at: new Date().toISOString(), type, ...facts });
  for (const step of steps) {
    const state = states.get(step.id);
    const attempted = await pRetry((attempt) => {
      record('attempt_started', { step_id: step.id, attempt });
      state.state = 'executing';
      state.started_at = new Date().toISOString();
      const controller = new AbortController();
      return pTimeout(action(step, { attempt, signal: controller.signal }), { milliseconds: step.timeout * 1000, signal: controller.signal });
    }, { retries: step.retries });
    state.state = 'committed';
    state.completed_at = new Date().toISOString();
    state.result = JSON.stringify(attempted);
    record('step_transitioned', { step_id: step.id, to: 'committed', result: attempted });
  }
  return [...states.values()];
}

const seen = (steps) => steps.map(({ state }) => state);

export const title = 'A run, per step, with instant actions';
export const rows = [
  ...SIZES.map((steps) => {
    const times = Math.max(1, STEPS_IN_ALL / steps);
    return {
      name: `${steps.toLocaleString('en')} steps in a row`,
      targets: [{ against: LOOP, most: 2 }],
      measure: () => prepared({
        [names.sagaward]: {
          prepare: () => Array.from({ length: times }, () => Saga.fromDefinition(definition(steps))),
          async work(sagas) {
            for (const saga of sagas) await run(saga, actions);
          },
          release: (sagas) => sagas.forEach((saga) => saga.free()),
          units: times * steps,
        },
        [LOOP]: {
          prepare: () => Array.from({ length: times }, () => definition(steps)),
          async work(definitions) {
            for (const definition of definitions) await byHand(definition);
          },
          units: times * steps,
        },
      }),
      async check() {
        const saga = Saga.fromDefinition(definition(steps));
        const { outcome } = await run(saga, actions);
        assert.equal(outcome, 'succeeded');
        assert.deepEqual(seen(await byHand(definition(steps))), seen(saga.steps()));
        assert.deepEqual(saga.steps().map(({ execute_result }) => execute_result), Array(steps).fill(result));
        saga.free();
      },
    };
  }),
  {
    name: 'one event in 10 steps, and in 10,000',
    targets: [{ of: 'handle, 10,000 steps', against: 'handle, 10 steps', most: 1.5 }],
    measure: () => prepared(Object.fromEntries([10, 10_000].map((steps) => [`handle, ${steps.toLocaleString('en')} steps`, oneByOne(steps)]))),
    check() {
      for (const steps of [10, 10_000]) {
        const { prepare, work, release } = oneByOne(steps);
        const sagas = prepare();
        work(sagas);
        for (const { saga } of sagas) assert.equal(saga.steps().filter(({ state }) => state === 'committed').length, steps / 2);
        release(sagas);
      }
    },
  },
  {
    name: '1,000 steps in a row, Python in its own process',
    measure: async () => {
      const ours = await prepared({ [names.sagaward]: { prepare: () => Saga.fromDefinition(definition(1_000)), work: (saga) => run(saga, actions), release: (saga) => saga.free(), units: 1_000 } });
      return { ...ours, 'agent_hypervisor 3.1.0 (another process)': await reference(1_000) };
    },
  },
];

/** Half of the inputs of a chain, told by hand: the saga is in the midst of its work. */
function oneByOne(steps) {
  const times = STEPS_IN_ALL / steps;
  return {
    prepare: () => Array.from({ length: times }, () => {
      const saga = Saga.fromDefinition(definition(steps));
      return { saga, first: saga.handle({ type: 'start', at: 1 }) };
    }),
    work(sagas) {
      for (const { saga, first } of sagas) {
        let [command] = first;
        for (let i = 0; i < steps / 2; i += 1) [command] = saga.handle({ type: 'attempt_succeeded', at: 2, attempt_key: command.attempt_key, result });
      }
    },
    release: (sagas) => sagas.forEach(({ saga }) => saga.free()),
    units: STEPS_IN_ALL / 2,
  };
}

/** The reference's own orchestrator, timed by itself: milliseconds for a step. */
async function reference(steps) {
  const python = process.env.SAGAWARD_PYTHON;
  if (!python) throw new Error('SAGAWARD_PYTHON must name a Python that has the packages of tests/oracle/requirements.txt; `npm run bench` sets it.');
  const { status, stdout, stderr } = spawnSync(python, [fileURLToPath(new URL('running_reference.py', import.meta.url)), String(steps)], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return Number(stdout);
}
