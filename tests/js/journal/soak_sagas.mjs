import { step } from './sagas.mjs';

const STEPS = 20;

/** What happens to a saga: the same in each process. */
export function shape(sagaId) {
  const number = Number(sagaId.split(':')[1]);
  return {
    // Half of them fail, each at another step.
    failing: number % 2 === 1 ? `s${5 + ((number * 7) % 15)}` : undefined,
    parallel: number % 3 === 0,
    doomed: number % 5 === 0 ? 's4' : undefined,
    substitute: number % 10 === 0,
    isCompacted: number % 4 === 1,
  };
}

export function stepsOf(sagaId) {
  const { parallel, doomed } = shape(sagaId);
  return Array.from({ length: STEPS }, (_, i) => {
    const id = `s${i}`;
    const agent = id === doomed ? `did:doomed:${sagaId}` : 'did:worker';
    // In rows of four, each waiting for one of the row before.
    return step(id, { agent, ...(parallel && { depends_on: i < 4 ? [] : [`s${i - 4}`] }) });
  });
}
