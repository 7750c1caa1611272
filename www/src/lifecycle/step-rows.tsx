import { useSignal } from '@preact/signals';
import type { SagaSnapshot, StepView } from 'sagaward/slim';

import { isPast } from '../state/travel.ts';
import { walk } from '../ui/arrow-keys.ts';
import { Icon } from '../ui/icon.tsx';
import { State } from '../ui/state.tsx';
import { StepMoves } from './moves.tsx';
import { StepFacts } from './step-facts.tsx';

const MOST_LISTED = 1_000;

/** A row for each step; one at a time is unfolded and shows its facts and moves. */
export function StepRows({ snapshot }: { snapshot: SagaSnapshot }) {
  const { steps } = snapshot;
  const unfolded = useSignal(steps[0]?.step_id);
  return (
    <>
      <ol class="step-rows" aria-label="Steps of the saga" onKeyDown={walk('summary')}>
        {steps.slice(0, MOST_LISTED).map((step) => (
          <li key={step.step_id}>
            <StepRow
              step={step}
              snapshot={snapshot}
              unfolded={unfolded.value === step.step_id}
              toggle={(open) => {
                if (open) unfolded.value = step.step_id;
                else if (unfolded.value === step.step_id) unfolded.value = undefined;
              }}
            />
          </li>
        ))}
      </ol>
      {steps.length > MOST_LISTED && <p class="remark">The first {MOST_LISTED.toLocaleString('en')} of {steps.length.toLocaleString('en')} are listed.</p>}
    </>
  );
}

interface Props {
  readonly step: StepView;
  readonly snapshot: SagaSnapshot;
  readonly unfolded: boolean;
  readonly toggle: (open: boolean) => void;
}

function StepRow({ step, snapshot, unfolded, toggle }: Props) {
  const { step_id: id, agent_did, state } = step;
  return (
    <details class="step-row" open={unfolded} onToggle={({ currentTarget }) => toggle(currentTarget.open)}>
      <summary>
        <span class="step-id">{id}</span>
        <span class="step-agent">{agent_did}</span>
        <State state={state} />
        <Icon name="chevron" />
      </summary>
      {unfolded && (
        <div class="step-body">
          {!snapshot.settings && !isPast.value && <StepMoves snapshot={snapshot} id={id} from={state} />}
          <StepFacts step={step} />
        </div>
      )}
    </details>
  );
}
