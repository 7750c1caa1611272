// Sagas driven through their states, beside actors of XState on the same tables.
import assert from 'node:assert/strict';
import { SAGA_TRANSITIONS, STEP_TRANSITIONS, Saga } from 'sagaward';
import { assign, createActor, createMachine } from 'xstate';
import { definition } from './definitions.mjs';
import { prepared } from './measure.mjs';
import { names } from './peers.mjs';

const SETTLED = ['committed', 'compensated', 'compensation_failed', 'failed'];
const FINAL = ['completed', 'failed', 'escalated'];
const forward = ['executing', 'committed'];
const back = ['compensating', 'compensated'];
const result = { image: 'sha256:1', replicas: 3 };

const startsNow = assign({ started_at: () => new Date().toISOString() });
const endsNow = assign({ completed_at: () => new Date().toISOString() });
const keepResult = assign({ execute_result: ({ event }) => event.result });

/** A step as an actor: state, times and result, as a Saga keeps them. */
export const stepMachine = createMachine({
  initial: 'pending',
  context: { started_at: null, completed_at: null, execute_result: null },
  states: states(STEP_TRANSITIONS, {
    executing: [startsNow],
    ...Object.fromEntries(SETTLED.map((state) => [state, [endsNow]])),
    committed: [endsNow, keepResult],
  }),
});
const sagaMachine = createMachine({
  initial: 'running',
  context: { completed_at: null },
  states: states(SAGA_TRANSITIONS, Object.fromEntries(FINAL.map((state) => [state, [endsNow]]))),
});

/** An event is named by the state that it asks for. */
function states(table, entry) {
  return Object.fromEntries(Object.entries(table).map(([from, allowed]) => [from, { entry: entry[from] ?? [], on: Object.fromEntries(allowed.map((to) => [to, to])) }]));
}

/** Each makes sagas, drives them, and tells of one what became of it. */
const drivers = {
  [names.sagaward]: {
    make: (steps) => ({ saga: Saga.fromDefinition(definition(steps)), ids: definition(steps).steps.map(({ id }) => id) }),
    drive({ saga, ids }, { stepStates, sagaStates }) {
      for (const to of stepStates) for (const id of ids) saga.transitionStep(id, to, { result });
      for (const to of sagaStates) saga.transition(to);
    },
    told: ({ saga }) => ({ state: saga.state, ended: saga.completedAt !== null, steps: saga.steps().map(seen) }),
    release: ({ saga }) => saga.free(),
  },
  [names.xstate]: {
    make: (steps) => ({ saga: createActor(sagaMachine).start(), steps: Array.from({ length: steps }, () => createActor(stepMachine).start()) }),
    drive({ saga, steps }, { stepStates, sagaStates }) {
      for (const type of stepStates) for (const step of steps) step.send({ type, result });
      for (const type of sagaStates) saga.send({ type });
    },
    told({ saga, steps }) {
      const { value, context } = saga.getSnapshot();
      const views = steps.map((step) => step.getSnapshot()).map((snapshot) => ({ state: snapshot.value, ...snapshot.context }));
      return { state: value, ended: context.completed_at !== null, steps: views.map(seen) };
    },
    release() {},
  },
};

function seen({ state, started_at, completed_at, execute_result }) {
  return { state, started: started_at !== null, ended: completed_at !== null, execute_result };
}

const ways = {
  'forward': { stepStates: forward, sagaStates: ['completed'] },
  'forward and back': { stepStates: [...forward, ...back], sagaStates: ['compensating', 'completed'] },
};
const STEPS_IN_ALL = 1000;

export const title = 'Transitions of sagas and their steps';
export const perSecond = true;
export const rows = Object.entries(ways).flatMap(([name, way]) => [5, 50, 1000].map((steps) => ({
  name: `${steps.toLocaleString('en')} steps, ${name}`,
  targets: [{ against: names.xstate, most: 0.3, aim: true }],
  measure: () => prepared(mapValues(drivers, ({ make, drive, release }) => ({
    prepare: () => Array.from({ length: STEPS_IN_ALL / steps }, () => make(steps)),
    work: (sagas) => sagas.forEach((saga) => drive(saga, way)),
    release: (sagas) => sagas.forEach(release),
    units: STEPS_IN_ALL * way.stepStates.length + (STEPS_IN_ALL / steps) * way.sagaStates.length,
  }))),
  check() {
    const [ours, theirs] = Object.values(drivers).map(({ make, drive, told }) => {
      const saga = make(steps);
      drive(saga, way);
      return told(saga);
    });
    assert.deepEqual(theirs, ours);
    assert.deepEqual([ours.state, ours.steps[0]], ['completed', { state: way.stepStates.at(-1), started: true, ended: true, execute_result: result }]);
  },
})));

function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}
