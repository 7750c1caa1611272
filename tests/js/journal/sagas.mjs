// Logs of sagas for the tests of journals.
import { Saga } from 'sagaward';

export const step = (id, more) => ({ id, action_id: 'test.run', agent: `did:${id}`, undo_api: `/undo/${id}`, ...more });

export function sagaOf(saga_id, steps = [step('build')], more) {
  return Saga.fromDefinition({ name: 'release', session_id: 'session-1', steps, ...more }, { saga_id, now: () => 1e12 });
}

/** A saga moved by hand, event by event. */
export function moved(saga_id, ...states) {
  const saga = sagaOf(saga_id);
  for (const state of states) saga.transitionStep('build', state, state === 'committed' ? { result: { text: 'é 😀 "chain":' } } : {});
  return saga;
}

export async function all(events) {
  const list = [];
  for await (const event of events) list.push(event);
  return list;
}
