import { useMemo } from 'preact/hooks';
import type { Saga, SagaState, StepState, StepView } from 'sagaward/slim';
import { SAGA_MACHINE, STEP_MACHINE } from 'virtual:state-machines';

import type { Moment } from '../state/saga.ts';
import { isReadOnly } from '../state/travel.ts';
import { wayOfSaga, wayOfStep } from './machine.ts';
import { Moves } from './moves.tsx';
import { StateDiagram } from './state-diagram.tsx';

export function SagaMachine({ moment: { snapshot, log } }: { moment: Moment }) {
  const drawn = { machine: SAGA_MACHINE, way: wayOfSaga(log), state: snapshot.state };
  return isMovedByHand(snapshot.settings)
    ? <Moves {...drawn} of="the saga" snapshot={snapshot} move={moveSaga} />
    : <StateDiagram {...drawn} label="States of the saga" />;
}

export function StepMachine({ moment: { snapshot, log }, step: { step_id, state } }: { moment: Moment; step: StepView }) {
  const move = useMemo(() => (saga: Saga, to: StepState) => saga.transitionStep(step_id, to), [step_id]);
  const drawn = { machine: STEP_MACHINE, way: wayOfStep(log, step_id), state };
  return isMovedByHand(snapshot.settings)
    ? <Moves {...drawn} of={step_id} snapshot={snapshot} move={move} />
    : <StateDiagram {...drawn} label={`States of ${step_id}`} />;
}

function isMovedByHand(settings: unknown): boolean {
  return !settings && !isReadOnly.value;
}

function moveSaga(saga: Saga, to: SagaState): void {
  saga.transition(to);
}
