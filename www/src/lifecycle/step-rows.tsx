import { type Signal, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { StepState, StepView } from 'sagaward/slim';

import type { Moment } from '../state/saga.ts';
import { walk } from '../ui/arrow-keys.ts';
import { Icon } from '../ui/icon.tsx';
import { State } from '../ui/state.tsx';
import { StepMachine } from './machines.tsx';
import { StepFacts } from './step-facts.tsx';

const MOST_LISTED = 1_000;

/** A row for each step; one at a time is unfolded and shows its facts and moves. */
export function StepRows({ moment }: { moment: Moment }) {
  const { steps } = moment.snapshot;
  const unfolded = useSignal(steps[0]?.step_id);
  return (
    <>
      <ol class="step-rows" aria-label="Steps of the saga" onKeyDown={walk('summary')}>
        {steps.slice(0, MOST_LISTED).map((step) => (
          <li key={step.step_id}>
            <StepRow id={step.step_id} agent={step.agent_did} state={step.state} unfolded={unfolded}>
              {unfolded.value === step.step_id ? <StepBody step={step} moment={moment} /> : undefined}
            </StepRow>
          </li>
        ))}
      </ol>
      {steps.length > MOST_LISTED && <p class="remark">The first {MOST_LISTED.toLocaleString('en')} of {steps.length.toLocaleString('en')} are listed.</p>}
    </>
  );
}

interface Props {
  readonly id: string;
  readonly agent: string;
  readonly state: StepState;
  readonly unfolded: Signal<string | undefined>;
  readonly children: ComponentChildren;
}

/** Like all rows it is rendered anew only where it says something else. */
function StepRow({ id, agent, state, unfolded, children }: Props) {
  const toggle = (open: boolean) => {
    if (open) unfolded.value = id;
    else if (unfolded.peek() === id) unfolded.value = undefined;
  };
  return (
    <details class="step-row" open={children !== undefined} onToggle={({ currentTarget }) => toggle(currentTarget.open)}>
      <summary>
        <span class="step-id">{id}</span>
        <span class="step-agent">{agent}</span>
        <State state={state} />
        <Icon name="chevron" />
      </summary>
      {children}
    </details>
  );
}

function StepBody({ step, moment }: { step: StepView; moment: Moment }) {
  return (
    <div class="step-body">
      <div class="about"><StepFacts step={step} /></div>
      <StepMachine moment={moment} step={step} />
    </div>
  );
}
