import { useComputed } from '@preact/signals';

import { goTo, select } from '../editor/view.ts';
import { currentStep } from '../state/analysis.ts';
import type { OutlinedStep } from '../state/outline.ts';
import { Icon } from '../ui/icon.tsx';

const DEFAULT_TIMEOUT_SECONDS = 300;

export function StepOption({ step, findings }: { step: OutlinedStep; findings: number }) {
  const { index, from, to, id, action, agent, undo, dependsOn, timeout, retries } = step;
  const selected = useComputed(() => currentStep.value?.index === index);
  // One step is always reachable by Tab; the arrow keys lead to the others.
  const tabIndex = useComputed(() => ((currentStep.value?.index ?? 0) === index ? 0 : -1));

  return (
    <div
      class="step"
      role="option"
      aria-selected={selected}
      tabIndex={tabIndex}
      onFocus={() => select(from, to)}
      onClick={() => goTo(from, to)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter') return;
        event.preventDefault(); // or the editor, which gets the focus, would take the key too
        goTo(from, to);
      }}
    >
      <span class="step-number">{index + 1}</span>
      <span class="step-head">
        <span class="step-id">{id ?? <em>no id</em>}</span>
        {findings > 0 && <span class="step-findings"><Icon name="error" /> {findings} {findings === 1 ? 'problem' : 'problems'}</span>}
      </span>
      <span class="step-work">
        <span>{action ?? <em>no action</em>}</span>
        <span>{agent ?? <em>no agent</em>}</span>
      </span>
      <span class="step-facts">
        <span class="fact"><Icon name="after" /> {order(dependsOn, index)}</span>
        <span class="fact"><Icon name="clock" /> {timeout ?? DEFAULT_TIMEOUT_SECONDS} s{retries ? `, ${retries} ${retries === 1 ? 'retry' : 'retries'}` : ''}</span>
        <span class="fact undo"><Icon name="undo" /> {undo ? <><span class="unseen">undo: </span>{undo}</> : 'cannot be undone'}</span>
      </span>
    </div>
  );
}

/** When the step's turn comes; without `depends_on` it waits for the one before it. */
function order(dependsOn: readonly string[] | undefined, index: number): string {
  if (dependsOn === undefined) return index === 0 ? 'starts first' : 'after the step before';
  return dependsOn.length === 0 ? 'starts at once' : `after ${dependsOn.join(', ')}`;
}
