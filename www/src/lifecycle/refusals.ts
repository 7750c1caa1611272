import { Saga, SagawardError, type SagaSnapshot } from 'sagaward/slim';

/**
 * Which of these moves the package refuses, and in which words. It is asked by trying each on a
 * copy of the saga, so that no rule is stated here again; a copy that was changed is thrown away.
 */
export function refusals<To>(snapshot: SagaSnapshot, targets: readonly To[], move: (saga: Saga, to: To) => void): ReadonlyMap<To, string> {
  const refused = new Map<To, string>();
  let copy = Saga.restore(snapshot);
  for (const to of targets) {
    try {
      move(copy, to);
      copy.free();
      copy = Saga.restore(snapshot);
    } catch (error) {
      if (!(error instanceof SagawardError)) throw error;
      refused.set(to, error.message);
    }
  }
  copy.free();
  return refused;
}
