import { useComputed } from '@preact/signals';
import type { StepState } from 'sagaward/slim';

import { goTo, select } from '../editor/view.ts';
import { analysis, currentStep } from '../state/analysis.ts';
import { shortened, shortName } from '../ui/agent.ts';
import { Icon } from '../ui/icon.tsx';
import { iconOf } from '../ui/state.tsx';
import { NODE } from './shape.ts';

interface Props {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly agent: string;
  readonly colour: number;
  readonly state: StepState | undefined;
  /** What more there is to say of its state. */
  readonly detail: string;
  readonly waitsFor: string;
  readonly cyclic: boolean;
  readonly first: boolean;
}

const [LEFT, RIGHT, UPPER, LOWER] = [-NODE.width / 2 + 16, NODE.width / 2 - 10, -4, 16];

/** A step in the graph. Like a row of a list it is rendered anew only where it says something else. */
export function StepNode({ id, x, y, agent, colour, state, detail, waitsFor, cyclic, first }: Props) {
  const selected = useComputed(() => currentStep.value?.id === id);
  const tabIndex = useComputed(() => (selected.value || (first && currentStep.value === undefined) ? 0 : -1));
  const there = (show: (from: number, to: number) => void) => {
    const step = analysis.value.steps.find((step) => step.id === id);
    if (step) show(step.from, step.to);
  };

  return (
    <g
      class="node"
      role="option"
      aria-selected={selected}
      tabindex={tabIndex}
      data-id={id}
      data-state={state}
      data-cyclic={cyclic ? 'true' : undefined}
      data-colour={colour}
      transform={`translate(${x} ${y})`}
      onFocus={() => there(select)}
      onDblClick={() => there(goTo)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter') return;
        event.preventDefault();
        there(goTo);
      }}
    >
      <title>{[id, state, detail, cyclic && 'waits for itself', agent && `by ${agent}`, waitsFor ? `after ${waitsFor}` : 'starts at once'].filter(Boolean).join(', ')}</title>
      <rect class="node-box" x={-NODE.width / 2} y={-NODE.height / 2} width={NODE.width} height={NODE.height} rx="8" />
      <rect class="node-agent" x={-NODE.width / 2 + 4} y={-NODE.height / 2 + 6} width="4" height={NODE.height - 12} rx="2" />
      <text class="node-id" x={LEFT} y={UPPER}>{shortened(id, detail ? 18 : 27)}</text>
      {detail && <text class="node-detail" x={RIGHT} y={UPPER} text-anchor="end">{detail}</text>}
      {state && (
        <g class="node-state">
          <svg x={LEFT} y={LOWER - 10} width="12" height="12"><Icon name={iconOf(state)} /></svg>
          <text x={LEFT + 17} y={LOWER}>{state}</text>
        </g>
      )}
      <text class="node-label" x={state ? RIGHT : LEFT} y={LOWER} text-anchor={state ? 'end' : 'start'}>{shortName(agent, state ? 16 : 34)}</text>
    </g>
  );
}
