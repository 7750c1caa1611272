import type { SagaState, StepState } from 'sagaward/slim';

import { Icon, type IconName } from './icon.tsx';

// In the order of a life.
const ICONS: Record<StepState | SagaState, IconName> = {
  pending: 'waiting',
  running: 'working',
  executing: 'working',
  committed: 'valid',
  compensating: 'undo',
  compensated: 'undone',
  compensation_failed: 'warning',
  completed: 'valid',
  failed: 'failed',
  escalated: 'flag',
};

const LIFE = Object.keys(ICONS);

export function byLife(a: StepState | SagaState, b: StepState | SagaState): number {
  return LIFE.indexOf(a) - LIFE.indexOf(b);
}

export function iconOf(state: StepState | SagaState): IconName {
  return ICONS[state];
}

/** A state by colour, drawing and name. */
export function State({ state }: { state: StepState | SagaState }) {
  return <span class="state" data-state={state}><Icon name={ICONS[state]} /> {state}</span>;
}
