import { useSignal } from '@preact/signals';
import { useId, useMemo } from 'preact/hooks';
import { type Saga, SAGA_TRANSITIONS, type SagaSnapshot, type SagaState, STEP_TRANSITIONS, type StepState } from 'sagaward/slim';

import { current } from '../state/saga.ts';
import { byLife, State } from '../ui/state.tsx';
import { attempt } from './refusal.tsx';
import { refusals } from './refusals.ts';

const SAGA_TARGETS = targetsOf(SAGA_TRANSITIONS);
const STEP_TARGETS = targetsOf(STEP_TRANSITIONS);

export function SagaMoves({ snapshot }: { snapshot: SagaSnapshot }) {
  return <Moves label="Moves of the saga" snapshot={snapshot} from={snapshot.state} targets={SAGA_TARGETS} move={moveSaga} />;
}

export function StepMoves({ snapshot, id, from }: { snapshot: SagaSnapshot; id: string; from: StepState }) {
  const move = useMemo(() => (saga: Saga, to: StepState) => saga.transitionStep(id, to), [id]);
  return <Moves label={`Moves of ${id}`} snapshot={snapshot} from={from} targets={STEP_TARGETS} move={move} />;
}

interface Props<Name> {
  readonly label: string;
  readonly snapshot: SagaSnapshot;
  readonly from: Name;
  readonly targets: readonly Name[];
  readonly move: (saga: Saga, to: Name) => void;
}

/** A button for each state that can be reached; the refused ones say why below the row. */
function Moves<Name extends StepState | SagaState>({ label, snapshot, from, targets, move }: Props<Name>) {
  const id = useId();
  const refused = useMemo(() => refusals(snapshot, targets, move), [snapshot, targets, move]);
  const hovered = useSignal<Name | undefined>(undefined);
  const focused = useSignal<Name | undefined>(undefined);
  const asked = hovered.value ?? focused.value;

  const perform = (to: Name) => () => {
    if (refused.has(to)) return;
    // It is refused from now on, but nobody asked why.
    hovered.value = focused.value = undefined;
    attempt(`${label}: ${from} → ${to}`, () => {
      if (current.value) move(current.value, to);
    });
  };

  return (
    <div class="moves" role="group" aria-label={label}>
      <div class="move-list">
        <span class="move-label" aria-hidden="true">move to</span>
        {targets.map((to) => (
          <button
            type="button"
            class="button move"
            key={to}
            aria-current={to === from ? 'true' : undefined}
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
        ))}
      </div>
      <p class="reasons">
        {[...refused].map(([to, reason]) => (
          <span class="reason" id={`${id}-${to}`} key={to} data-shown={to === asked}>{reason}</span>
        ))}
      </p>
    </div>
  );
}

function moveSaga(saga: Saga, to: SagaState): void {
  saga.transition(to);
}

/** The states that some state leads to: the first is where a life begins, and nothing returns there. */
function targetsOf<Name extends StepState | SagaState>(transitions: Readonly<Record<Name, readonly Name[]>>): Name[] {
  return [...new Set(Object.values<readonly Name[]>(transitions).flat())].sort(byLife);
}
