import './steps.css';

import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';

import { analysis, currentStep } from '../state/analysis.ts';
import { walk } from '../ui/arrow-keys.ts';
import { useGrowing } from '../ui/growing.ts';
import { rowOf, StepOption } from './step-option.tsx';

const MOST_LISTED = 1_000;

export function Steps() {
  const { steps, report } = analysis.value;
  const findings = findingsByStep(report instanceof Error ? [] : report.diagnostics);
  const list = useRef<HTMLDivElement>(null);
  const drawn = useGrowing(Math.min(steps.length, MOST_LISTED));

  useSignalEffect(() => {
    const row = list.current?.children[currentStep.value?.index ?? -1];
    if (list.current && row instanceof HTMLElement) showRow(list.current, row);
  });

  return (
    <section class="panel steps" aria-labelledby="steps-heading">
      <header class="panel-header">
        <h2 id="steps-heading">Steps</h2>
        <span class="count">{steps.length.toLocaleString('en')}</span>
      </header>
      {steps.length > 0
        ? (
          <div class="step-list" role="listbox" aria-labelledby="steps-heading" ref={list} onKeyDown={walk('[role=option]')}>
            {steps.slice(0, drawn).map((step) => (
              <StepOption key={step.index} {...rowOf(step, findings.get(step.index) ?? 0)} />
            ))}
          </div>
        )
        : <p class="remark">There is no step yet: a saga needs at least one in <code>steps</code>.</p>}
      {steps.length > MOST_LISTED && (
        <p class="remark">
          The first {MOST_LISTED.toLocaleString('en')} are listed; the text holds {(steps.length - MOST_LISTED).toLocaleString('en')} more.
        </p>
      )}
    </section>
  );
}

function findingsByStep(findings: readonly { path: readonly (string | number)[] }[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { path: [list, index] } of findings) {
    if (list === 'steps' && typeof index === 'number') counts.set(index, (counts.get(index) ?? 0) + 1);
  }
  return counts;
}

/** Scrolls the list alone: `scrollIntoView` would also move the page away from the person's caret. */
function showRow(list: HTMLElement, row: HTMLElement): void {
  const above = row.offsetTop - list.scrollTop;
  const below = above + row.offsetHeight - list.clientHeight;
  if (above < 0) list.scrollTop += above;
  else if (below > 0) list.scrollTop += below;
}
