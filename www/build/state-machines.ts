import { Graph, layout } from '@dagrejs/dagre';
import { SAGA_TRANSITIONS, STEP_TRANSITIONS } from 'sagaward/slim';
import type { Plugin } from 'vite';

import type { Box, Point } from '../src/graph/shape.ts';
import type { Layout, Machine } from '../src/lifecycle/machine.ts';

type Transitions = Readonly<Record<string, readonly string[]>>;

const NAME = 'virtual:state-machines';
const HEIGHT = 34;
/** The letters are smaller where there is less room: the width of one, of what is around them, and the gaps. */
const DIRECTIONS = {
  across: { rankdir: 'LR', letter: 7.9, around: 42, nodesep: 22, ranksep: 40 },
  down: { rankdir: 'TB', letter: 6.7, around: 34, nodesep: 9, ranksep: 30 },
} as const;

/** Draws the package's tables of transitions while the page is built: they are constants, and so are their drawings. */
export function stateMachines(): Plugin {
  return {
    name: 'state-machines',
    resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
    load: (id) => (id === `\0${NAME}`
      ? `export const SAGA_MACHINE = ${JSON.stringify(machine(SAGA_TRANSITIONS))}; export const STEP_MACHINE = ${JSON.stringify(machine(STEP_TRANSITIONS))};`
      : undefined),
  };
}

function machine(transitions: Transitions): Machine<string> {
  return { transitions, across: drawn(transitions, 'across'), down: drawn(transitions, 'down') };
}

function drawn(transitions: Transitions, direction: keyof typeof DIRECTIONS): Layout<string> {
  const { letter, around, rankdir, ...gaps } = DIRECTIONS[direction];
  const graph = new Graph();
  // Of dagre's four ways to align, the one that keeps a life without failures on one line.
  graph.setGraph({ align: 'DR', rankdir, ...gaps });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const state of Object.keys(transitions)) graph.setNode(state, { width: Math.ceil(state.length * letter + around), height: HEIGHT });
  for (const [from, targets] of Object.entries(transitions)) for (const to of targets) graph.setEdge(from, to);
  layout(graph);

  const { width = 0, height = 0 } = graph.graph();
  const isAcross = direction === 'across';
  // Mirrored: what goes well comes first.
  const place = ({ x, y }: Point): Point => (isAcross ? { x, y: height - y } : { x: width - x, y });
  const boxes = new Map(graph.nodes().map((state) => {
    const box = graph.node(state) as Box;
    return [state, { ...place(box), width: box.width, height: box.height }] as const;
  }));

  // From here on, along the direction and beside it.
  const turned = ({ x, y }: Point): Point => (isAcross ? { x, y } : { x: y, y: x });
  const at = (x: number, y: number) => Object.values(turned({ x, y })).join(' ');
  /** Where a line leaves or reaches a state: in the middle of a side. */
  const end = (state: string, side: 1 | -1): Point => {
    const { x, y, width, height } = boxes.get(state)!;
    const middle = turned({ x, y });
    return { x: middle.x + (side * (isAcross ? width : height)) / 2, y: middle.y };
  };
  const bend = (from: Point, to: Point) => {
    const half = (from.x + to.x) / 2;
    return `C${at(half, from.y)} ${at(half, to.y)} ${at(to.x, to.y)}`;
  };
  const moves = graph.edges().map(({ v: from, w: to }) => {
    const points = (graph.edge(from, to)['points'] as Point[]).map(place).map(turned);
    const [start, tip] = [end(from, 1), end(to, -1)];
    // Past the states between, on the lane that was left free for it.
    const lane = points.length > 3 ? points[2] : undefined;
    const ways = lane
      ? [bend(start, { x: points[1]!.x + gaps.ranksep / 2, y: lane.y }), `L${at(points.at(-2)!.x - gaps.ranksep / 2, lane.y)}`, bend({ x: points.at(-2)!.x - gaps.ranksep / 2, y: lane.y }, tip)]
      : [bend(start, tip)];
    return { from, to, path: `M${at(start.x, start.y)}${ways.join('')}`, tip: turned(tip) };
  });
  return { width, height, states: Object.fromEntries(boxes), moves };
}
