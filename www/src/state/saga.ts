import { batch, computed, signal } from '@preact/signals';
import { type Outcome, Saga, type SagaEvent, type SagaSnapshot } from 'sagaward/slim';

/** Everything the page shows of a saga at one moment: all of it comes out of the saga. */
export interface Moment {
  readonly snapshot: SagaSnapshot;
  readonly log: readonly SagaEvent[];
  readonly outcome: Outcome | null;
  readonly waitingFor: 'operator' | null;
}

/** The saga of this page, once there is one. */
export const current = signal<Saga | undefined>(undefined);

const lastEvent = signal(0);

export const moment = computed(() => {
  void lastEvent.value;
  return current.value && momentOf(current.value);
});

/** Puts a saga in place of the one before it, which is freed. */
export function adopt(saga: Saga): void {
  const previous = current.peek();
  saga.subscribe(({ seq }) => (lastEvent.value = seq));
  batch(() => {
    current.value = saga;
    lastEvent.value = saga.seq;
  });
  previous?.free();
}

function momentOf(saga: Saga): Moment {
  return { snapshot: saga.snapshot(), log: saga.log(), outcome: saga.outcome, waitingFor: saga.waitingFor };
}
