import { useComputed } from '@preact/signals';

import { goTo, select } from '../editor/view.ts';
import { analysis, currentStep } from '../state/analysis.ts';
import type { OutlinedStep } from '../state/outline.ts';
import { Icon } from '../ui/icon.tsx';

const DEFAULT_TIMEOUT_SECONDS = 300;

interface Row extends Omit<OutlinedStep, 'from' | 'to' | 'dependsOn'> {
  readonly turn: string;
  readonly findings: number;
}

/**
 * What a row says of a step. Not where the step stands, which moves with each letter typed before
 * it: a row that says the same as before is not rendered again.
 */
export function rowOf({ from, to, dependsOn, ...words }: OutlinedStep, findings: number): Row {
  return { ...words, turn: turn(words.index, dependsOn), findings };
}

export function StepOption({ index, id, action, agent, undo, timeout, retries, turn, findings }: Row) {
  const selected = useComputed(() => currentStep.value?.index === index);
  // One step is always reachable by Tab; the arrow keys lead to the others.
  const tabIndex = useComputed(() => ((currentStep.value?.index ?? 0) === index ? 0 : -1));

  const there = (show: (from: number, to: number) => void) => {
    const step = analysis.value.steps[index];
    if (step) show(step.from, step.to);
  };

  return (
    <div
      class="step"
      role="option"
      aria-selected={selected}
      tabIndex={tabIndex}
      onFocus={() => there(select)}
      onClick={() => there(goTo)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter') return;
        event.preventDefault(); // or the editor, which gets the focus, would take the key too
        there(goTo);
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
        <span class="fact"><Icon name="after" /> {turn}</span>
        <span class="fact"><Icon name="clock" /> {timeout ?? DEFAULT_TIMEOUT_SECONDS} s{retries ? `, ${retries} ${retries === 1 ? 'retry' : 'retries'}` : ''}</span>
        <span class="fact undo"><Icon name="undo" /> {undo ? <><span class="unseen">undo: </span>{undo}</> : 'cannot be undone'}</span>
      </span>
    </div>
  );
}

/** When a step's turn comes; without `depends_on` it waits for the one before it. */
function turn(index: number, dependsOn: readonly string[] | undefined): string {
  if (dependsOn === undefined) return index === 0 ? 'starts first' : 'after the step before';
  return dependsOn.length === 0 ? 'starts at once' : `after ${dependsOn.join(', ')}`;
}
