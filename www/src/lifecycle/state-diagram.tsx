import './state-diagram.css';

import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { SagaState, StepState } from 'sagaward/slim';

import { isPast } from '../state/travel.ts';
import { byLife, State } from '../ui/state.tsx';
import { isTarget, type Layout, type Machine } from './machine.ts';

interface Props<Name extends SagaState | StepState> {
  readonly label: string;
  readonly machine: Machine<Name>;
  /** The states it was in one after the other, as far as that is known; it is in `state`. */
  readonly way: readonly Name[];
  readonly state: Name;
  /** What a state is drawn as, where it is more than its name. */
  readonly button?: (to: Name) => JSX.Element;
}

/** A state machine: where it is, which way it came, and where it may go from here. */
export function StateDiagram<Name extends SagaState | StepState>({ label, machine, way, state, button }: Props<Name>) {
  const { transitions, across, down } = machine;
  const host = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const now = host.current?.querySelector('[data-is="now"]');
    // Where not all is in sight, this is.
    if (host.current && now instanceof HTMLElement) host.current.scrollLeft = now.offsetLeft - host.current.clientWidth / 2;
  }, [state]);
  const passed = new Set(way);
  const taken = new Set(way.map((to, index) => `${way[index - 1]} ${to}`));
  const names = (Object.keys(transitions) as Name[]).sort(byLife);
  const moveIs = ({ from, to }: { from: Name; to: Name }) => (from === state ? 'next' : taken.has(`${from} ${to}`) ? 'passed' : undefined);

  return (
    // What scrolls is reached by keys: by its buttons, or where it has none by itself.
    <div class="diagram" ref={host} role="group" aria-label={label} tabIndex={button ? undefined : 0}>
      <div class="diagram-sheet" style={sizes(across, down)}>
        <Moves layout={across} direction="across" moveIs={moveIs} />
        <Moves layout={down} direction="down" moveIs={moveIs} />
        <ul>
          {names.map((name) => (
            <li
              key={name}
              class="diagram-state"
              data-state={name}
              style={places(across.states[name], down.states[name])}
              data-is={name === state ? 'now' : transitions[state].includes(name) ? 'next' : passed.has(name) ? 'passed' : undefined}
              data-ends={transitions[name].length === 0 ? 'true' : undefined}
            >
              {button && isTarget(machine, name) ? button(name) : <span class="diagram-box" aria-current={name === state ? 'true' : undefined}><State state={name} /></span>}
              {name === state && <span class="diagram-now" aria-hidden="true"><span>{isPast.value ? 'then' : 'now'}</span></span>}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

interface MovesProps<Name extends string> {
  readonly layout: Layout<Name>;
  readonly direction: 'across' | 'down';
  readonly moveIs: (move: { from: Name; to: Name }) => 'next' | 'passed' | undefined;
}

function Moves<Name extends string>({ layout: { width, height, moves }, direction, moveIs }: MovesProps<Name>) {
  return (
    <svg class={`diagram-moves ${direction}`} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {moves.toSorted((a, b) => Number(moveIs(a) === 'next') - Number(moveIs(b) === 'next')).map(({ from, to, path, tip }) => (
        <g key={`${from} ${to}`} data-is={moveIs({ from, to })}>
          <path class="diagram-line" d={path} />
          <path class="diagram-tip" d={direction === 'across' ? 'M0 0l-7-3.5v7z' : 'M0 0l-3.5-7h7z'} transform={`translate(${tip.x} ${tip.y})`} />
        </g>
      ))}
    </svg>
  );
}

// In both directions at once: which of them is seen follows from the width, without a drawing anew.
const rem = (units: number) => `${units / 16}rem`;

function sizes(across: Layout<string>, down: Layout<string>) {
  return { '--across-width': rem(across.width), '--across-height': rem(across.height), '--down-width': rem(down.width), '--down-height': rem(down.height) };
}

function places(across: Layout<string>['states'][string], down: Layout<string>['states'][string]) {
  const of = (direction: string, { x, y, width }: { x: number; y: number; width: number }) => ({
    [`--${direction}-x`]: rem(x), [`--${direction}-y`]: rem(y), [`--${direction}-width`]: rem(width),
  });
  return { ...of('across', across!), ...of('down', down!) };
}
