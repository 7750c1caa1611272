import { useSignal } from '@preact/signals';
import { useId, useMemo } from 'preact/hooks';
import type { Saga, SagaSnapshot, SagaState, StepState } from 'sagaward/slim';

import { current } from '../state/saga.ts';
import { State } from '../ui/state.tsx';
import { isTarget, type Machine } from './machine.ts';
import { attempt } from './refusal.tsx';
import { refusals } from './refusals.ts';
import { StateDiagram } from './state-diagram.tsx';

interface Props<Name extends SagaState | StepState> {
  readonly of: string;
  readonly machine: Machine<Name>;
  readonly way: readonly Name[];
  readonly state: Name;
  readonly snapshot: SagaSnapshot;
  /** The same one each time, for the same saga or step. */
  readonly move: (saga: Saga, to: Name) => void;
}

/** A state machine that is moved by its states: the refused ones say why below it. */
export function Moves<Name extends SagaState | StepState>({ of, machine, way, state, snapshot, move }: Props<Name>) {
  const id = useId();
  const refused = useMemo(() => {
    const targets = (Object.keys(machine.transitions) as Name[]).filter((name) => isTarget(machine, name));
    return refusals(snapshot, targets, move);
  }, [snapshot, machine, move]);
  const hovered = useSignal<Name | undefined>(undefined);
  const focused = useSignal<Name | undefined>(undefined);
  const asked = hovered.value ?? focused.value;

  const perform = (to: Name) => () => {
    if (refused.has(to)) return;
    // It is refused from now on, but nobody asked why.
    hovered.value = focused.value = undefined;
    attempt(`Move of ${of}: ${state} → ${to}`, () => {
      if (current.value) move(current.value, to);
    });
  };

  return (
    <div class="moves">
      <StateDiagram
        label={`Moves of ${of}`}
        machine={machine}
        way={way}
        state={state}
        button={(to) => (
          <button
            type="button"
            class="diagram-box"
            aria-current={to === state ? 'true' : undefined}
            aria-disabled={refused.has(to) ? 'true' : undefined}
            aria-describedby={refused.has(to) ? `${id}-${to}` : undefined}
            onClick={perform(to)}
            onFocus={() => (focused.value = to)}
            onBlur={() => (focused.value = undefined)}
            onPointerEnter={() => (hovered.value = to)}
            onPointerLeave={() => (hovered.value = undefined)}
          >
            <State state={to} />
          </button>
        )}
      />
      <p class="reasons">
        {[...refused].map(([to, reason]) => (
          <span class="reason" id={`${id}-${to}`} key={to} data-shown={to === asked}>{reason}</span>
        ))}
      </p>
    </div>
  );
}
