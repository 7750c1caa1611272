// Sequences of transitions: arbitrary ones, what the reference makes of them, and what we make of them.
import fc from 'fast-check';
import { SAGA_TRANSITIONS, STEP_TRANSITIONS, Saga } from 'sagaward';
import { soundText } from './documents.mjs';
import { attempt } from './scenarios.mjs';

const { array, constantFrom, nat, option, record, tuple } = fc;
// For the saga whose definition has none: otherwise it would be random.
const SAGA_ID = 'saga:1';
const START = Date.UTC(2026, 0, 31);

const move = record({
  place: nat(),
  ofSaga: constantFrom(true, ...Array(7).fill(false)),
  /** Most moves are legal: else few steps would get far. */
  legal: constantFrom(true, true, true, false),
  target: nat(),
  error: option(constantFrom('', 'no', 'Zeit: ü → 🚀'), { nil: undefined, freq: 2 }),
  pause: constantFrom(0, 1, 250, 59_999, 86_400_000),
  /** Whether to look at the state before the end. */
  look: constantFrom(true, false, false, false),
});

export const scenario = tuple(soundText, array(move, { maxLength: 24 })).map(([text, moves]) => {
  const definition = JSON.parse(text);
  const states = definition.steps.map(() => 'pending');
  let [saga, at] = ['running', START];
  const calls = [];
  for (const { place, ofSaga, legal, target, error, pause, look } of moves) {
    at += pause;
    const step = place % states.length;
    const choose = (table, from) => {
      const all = legal && table[from].length > 0 ? table[from] : Object.keys(table);
      const to = all[target % all.length];
      return [to, table[from].includes(to) ? to : from];
    };
    if (ofSaga) {
      const [to, state] = choose(SAGA_TRANSITIONS, saga);
      saga = state;
      calls.push([at, 'transition', to, error]);
    } else {
      const [to, state] = choose(STEP_TRANSITIONS, states[step]);
      states[step] = state;
      calls.push([at, 'transition_step', definition.steps[step].id, to, error]);
    }
    if (look) calls.push([at, 'state']);
  }
  return { given: { definition }, calls: [...calls, [at, 'state']] };
});

/** What the reference is asked, and what its answers let us expect of ours. */
export function asked({ given, calls }) {
  const differences = new Set(given.definition.saga_id === '' ? ['Empty saga ids'] : []);
  const definition = { ...given.definition, saga_id: given.definition.saga_id || SAGA_ID };
  return {
    question: { machine: 'saga', given: { definition }, calls },
    expected: (answers) => ({
      differences,
      answers: answers.map((answer) => (answer.raised ? inTableOrder(answer, differences) : inOurWriting(answer, differences))),
    }),
  };
}

function inTableOrder({ raised, message }, differences) {
  const ours = message.replace(/(?<=: (\w+) → .*Allowed: )\[(.*)\]/, (_, from, list) => {
    const table = message.startsWith('Invalid step') ? STEP_TRANSITIONS : SAGA_TRANSITIONS;
    const place = (quoted) => table[from].indexOf(quoted.slice(1, -1));
    return `[${list && list.split(', ').sort((a, b) => place(a) - place(b)).join(', ')}]`;
  });
  if (ours !== message) differences.add('Order of the allowed states');
  return { raised, message: ours };
}

function inOurWriting({ value }, differences) {
  const isTime = (key, inner) => key.endsWith('_at') && inner !== null;
  const rewritten = (key, inner) => {
    if (!isTime(key, inner)) return inner;
    differences.add('Times in milliseconds');
    return new Date(inner).toISOString();
  };
  return { value: JSON.parse(JSON.stringify(value, rewritten)) };
}

export function ours({ given, calls, options = { saga_id: SAGA_ID } }) {
  let now = calls[0][0];
  const saga = Saga.fromDefinition(given.definition, { ...options, now: () => now });
  const methods = {
    transition: (to, error) => saga.transition(to, { error }),
    transition_step: (id, to, error) => saga.transitionStep(id, to, { error }),
    add_step: (step) => saga.addStep(step),
    state: () => ({
      dict: saga.toDict(),
      steps: saga.steps().map(ofTheReference),
      completed_at: saga.completedAt,
      committed: saga.committedSteps().map(({ step_id }) => step_id),
      reversed: saga.committedStepsReversed().map(({ step_id }) => step_id),
    }),
  };
  const answers = calls.map(([at, method, ...rest]) => {
    now = at;
    return attempt(() => methods[method](...rest));
  });
  saga.free();
  return answers;
}

/** The fields of the reference's SagaStep, in its order. */
function ofTheReference(step) {
  const { step_id, action_id, agent_did, execute_api, undo_api, state, execute_result, compensation_result, error } = step;
  const { started_at, completed_at, timeout_seconds, max_retries, retry_count } = step;
  return {
    step_id, action_id, agent_did, execute_api, undo_api, state, execute_result, compensation_result, error,
    started_at, completed_at, timeout_seconds, max_retries, retry_count,
  };
}
