// Logs of sagas for the tests of journals.
import { Saga } from 'sagaward';

export const step = (id, more) => ({ id, action_id: 'test.run', agent: `did:${id}`, undo_api: `/undo/${id}`, ...more });

export function sagaOf(saga_id, steps = [step('build')], more) {
  return Saga.fromDefinition({ name: 'release', session_id: 'session-1', steps, ...more }, { saga_id, now: () => 1e12 });
}

/** All that JSON can hold and a careless writer loses. */
export const ODD = JSON.parse('{"z": 1, "a": "\\u2028\\u2029\\u0000\\n\\"\\\\ 😀 é", "10": [1e300, -0.5, null, true], "__proto__": {"polluted": true}, "chain": "00000000 00000000 0 00000000", "": {}}');

/** A saga moved by hand, event by event. */
export function moved(saga_id, ...states) {
  const saga = sagaOf(saga_id);
  for (const state of states) saga.transitionStep('build', state, state === 'committed' ? { result: ODD } : {});
  return saga;
}

export async function all(events) {
  const list = [];
  for await (const event of events) list.push(event);
  return list;
}
