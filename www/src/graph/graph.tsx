import './graph.css';

import { computed, useSignalEffect } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { StepView } from 'sagaward/slim';

import { analysis, currentStep } from '../state/analysis.ts';
import { fileName } from '../state/document.ts';
import { isOfText } from '../state/saga.ts';
import { moment } from '../state/travel.ts';
import { colourOf } from '../ui/agent.ts';
import { Icon } from '../ui/icon.tsx';
import { drawing, order, tooMany } from './drawing.ts';
import { EdgeLine } from './edge.tsx';
import { StepNode } from './node.tsx';
import { waitsOf } from './order.ts';
import { savePng, saveSvg } from './picture-file.ts';
import { drag, fit, zoom, zoomIn, zoomOut, zoomTo } from './viewport.ts';
import { nextStep } from './walk.ts';

const MOST_NAMED = 10;
const waits = computed(() => waitsOf(order.value));

/** The steps in their order of work, and what becomes of them. */
export function GraphPanel() {
  const host = useRef<HTMLDivElement>(null);
  const drawn = drawing.value;

  useLayoutEffect(() => {
    if (host.current && drawn) fit(host.current, drawn, true);
  }, [drawn]);
  useSignalEffect(() => {
    const id = currentStep.value?.id;
    const node = id === undefined ? null : host.current?.querySelector(`[data-id="${CSS.escape(id)}"]`);
    if (host.current && node) show(host.current, node);
  });

  const onHost = (work: (host: HTMLElement) => void) => () => host.current && work(host.current);
  const onPicture = (save: (picture: SVGSVGElement, name: string) => void) => onHost((host) => {
    const picture = host.querySelector<SVGSVGElement>('.picture');
    if (picture) save(picture, fileName.peek().replace(/\.json$/, ''));
  });
  return (
    <section class="panel graph" aria-labelledby="graph-heading">
      <header class="panel-header">
        <h2 id="graph-heading">Graph</h2>
        {drawn && (
          <div class="row graph-tools">
            <button type="button" class="button small" aria-label="Zoom out" onClick={onHost(zoomOut)}><Icon name="minus" /></button>
            <span class="graph-zoom">{Math.round(zoom.value * 100)} %</span>
            <button type="button" class="button small" aria-label="Zoom in" onClick={onHost(zoomIn)}><Icon name="plus" /></button>
            <button type="button" class="button small" onClick={onHost((host) => fit(host, drawn))}><Icon name="fit" /> Fit</button>
            <button type="button" class="button small" aria-label="Graph as SVG" onClick={onPicture(saveSvg)}>SVG</button>
            <button type="button" class="button small" aria-label="Graph as PNG" onClick={onPicture((picture, name) => void savePng(picture, name))}>PNG</button>
          </div>
        )}
      </header>
      {tooMany.value
        ? <p class="remark">There are too many steps to draw.</p>
        : drawn
          ? (
            <div
              class="graph-host"
              ref={host}
              onPointerDown={drag}
              onWheel={(event) => {
                if (!event.ctrlKey && !event.metaKey) return;
                event.preventDefault();
                const { left, top } = event.currentTarget.getBoundingClientRect();
                zoomTo(event.currentTarget, zoom.peek() * Math.exp(-event.deltaY / 300), { x: event.clientX - left, y: event.clientY - top });
              }}
              onKeyDown={(event) => {
                const here = event.target instanceof SVGElement ? event.target.dataset['id'] : undefined;
                const there = here === undefined ? undefined : nextStep(event.key, here, waits.value, drawn);
                if (there === undefined) return;
                event.preventDefault();
                event.currentTarget.querySelector<SVGElement>(`[data-id="${CSS.escape(there)}"]`)?.focus();
              }}
            >
              <Zoomed><Picture /></Zoomed>
            </div>
          )
          : <p class="remark">There is nothing to draw yet.</p>}
    </section>
  );
}

/** What is drawn, in another size: transformed as a whole, for laying out thousands of texts anew takes longer than a frame. */
function Zoomed({ children }: { children: ComponentChildren }) {
  const { width = 0, height = 0 } = drawing.value ?? {};
  return (
    <div class="graph-room" style={{ width: rem(width * zoom.value), height: rem(height * zoom.value) }}>
      <div class="graph-zoomed" style={{ transform: `scale(${zoom.value})` }}>{children}</div>
    </div>
  );
}

const rem = (units: number) => `${units / 16}rem`;

function Picture() {
  const drawn = drawing.value;
  if (!drawn) return null;
  const { width, height, nodes, edges, frames } = drawn;
  const live = new Map((isOfText.value ? (moment.value?.snapshot.steps ?? []) : []).map((step) => [step.step_id, step]));
  const agents = new Map(analysis.value.steps.map(({ id, agent }) => [id, agent]));
  const cyclic = membersOfCycles();
  const inOneCycle = (a: string, b: string) => cyclic.get(a) !== undefined && cyclic.get(a) === cyclic.get(b);

  return (
    <svg
      class="picture"
      viewBox={`0 0 ${width} ${height}`}
      style={{ width: rem(width), height: rem(height) }}
      role="listbox"
      aria-label="The order of work"
    >
      <defs aria-hidden="true">
        {['arrow', 'arrow-cyclic'].map((id) => (
          <marker key={id} id={id} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M1 1l6 3-6 3z" /></marker>
        ))}
      </defs>
      <g aria-hidden="true">
        {frames.map(({ x, y, width, height, policy, steps }) => (
          <g class="frame" key={steps[0]}>
            <rect x={x - width / 2} y={y - height / 2} width={width} height={height} rx="10" />
            <text x={x - width / 2 + 10} y={y - height / 2 + 15}>{policy.replaceAll('_', ' ')}</text>
          </g>
        ))}
        {edges.map(({ from, to, points, arrives }) => (
          <EdgeLine key={`${from} ${to}`} points={points} arrives={arrives} cyclic={inOneCycle(from, to)} />
        ))}
      </g>
      {nodes.map(({ id, x, y }, index) => {
        const step = live.get(id);
        const agent = step?.agent_did ?? agents.get(id) ?? '';
        return (
          <StepNode
            key={id}
            id={id}
            x={x}
            y={y}
            agent={agent}
            colour={colourOf(agent)}
            state={step?.state}
            detail={step ? detail(step) : ''}
            waitsFor={listed(waits.value.get(id) ?? [])}
            cyclic={cyclic.has(id)}
            first={index === 0}
          />
        );
      })}
    </svg>
  );
}

/** By id of a step that waits for itself: the finding that says so. */
function membersOfCycles(): ReadonlyMap<string, number> {
  const { report, steps } = analysis.value;
  const cycles = isOfText.value || report instanceof Error ? [] : report.diagnostics.filter(({ rule }) => rule === 'dependency_cycle');
  return new Map(cycles.flatMap(({ path, related = [] }, cycle) => [path, ...related.map(({ path }) => path)].flatMap(([list, index]) => {
    const id = list === 'steps' && typeof index === 'number' ? steps[index]?.id : undefined;
    return id === undefined ? [] : [[id, cycle] as const];
  })));
}

function detail({ activity, attempt, fence, in_doubt, state }: StepView): string {
  if (fence) return fence.settled ? 'agent killed' : 'held';
  if (activity === 'held') return 'held';
  if (activity === 'waiting') return 'will retry';
  if (activity === 'aborting') return 'stopping';
  if (activity === 'running' && attempt > 1) return `attempt ${attempt}`;
  return in_doubt && state === 'executing' ? 'in doubt' : '';
}

function listed(ids: readonly string[]): string {
  const named = ids.slice(0, MOST_NAMED).join(', ');
  return ids.length > MOST_NAMED ? `${named} and ${ids.length - MOST_NAMED} more` : named;
}

/** Scrolls the drawing alone, and only where the step is out of sight. */
function show(host: HTMLElement, node: Element): void {
  const [outer, inner] = [host.getBoundingClientRect(), node.getBoundingClientRect()];
  const by = (start: number, end: number, from: number, to: number) => (from < start ? from - start - 16 : to > end ? to - end + 16 : 0);
  host.scrollBy({ left: by(outer.left, outer.right, inner.left, inner.right), top: by(outer.top, outer.bottom, inner.top, inner.bottom), behavior: 'instant' });
}
