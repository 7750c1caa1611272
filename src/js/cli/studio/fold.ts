import { Saga, type SagaEvent, type SagaSnapshot } from '../../slim.js';

/** Folds a piece of a log into what is known of its saga; `use` sees the saga before it is freed. */
export function fold<T>(before: SagaSnapshot | undefined, events: readonly SagaEvent[], use: (saga: Saga) => T): T {
  const light = events.map(withoutContent);
  const saga = before ? Saga.restore(before, light) : Saga.replay(light);
  try {
    return use(saga);
  } finally {
    saga.free();
  }
}

/** Nobody lists what steps returned or what the owner keeps with a saga, however much that is. */
function withoutContent(event: SagaEvent): SagaEvent {
  switch (event.type) {
    case 'saga_created':
      return { ...event, metadata: null };
    case 'saga_compacted':
      return { ...event, snapshot: { ...event.snapshot, metadata: null, steps: event.snapshot.steps.map((step) => ({ ...step, execute_result: null, compensation_result: null })) } };
    case 'step_transitioned': {
      const { result: _, ...others } = event;
      return others;
    }
    default:
      return event;
  }
}
