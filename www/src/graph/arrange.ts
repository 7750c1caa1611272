import { Graph, layout } from '@dagrejs/dagre';
import type { PlannedUnit } from 'sagaward/slim';

import { type Order, waitsOf } from './order.ts';
import { type Box, type Drawing, type Edge, NODE, type Point } from './shape.ts';

const GAP = { x: 24, y: 32 };
/** What the frame of a group takes around its steps: above for its name. */
const FRAME = { top: 22, side: 10 };
const MARGIN = 26;

// The cost of a good layout grows with the square of the steps and more: at this many it is a second.
const MOST_LAID_OUT = 300;

export function arrange(order: Order): Drawing {
  const links = linksOf(order);
  const ids = order.flatMap(({ step_ids }) => step_ids);
  const { places, edges } = ids.length > MOST_LAID_OUT ? inRows(order, links) : laidOut(order, links);
  const nodes = ids.map((id) => ({ id, ...(places.get(id) ?? { x: 0, y: 0 }) }));
  const frames = order.filter(isGroup).map(({ policy, step_ids }) => ({ policy, steps: step_ids, ...frame(step_ids.flatMap((id) => places.get(id) ?? [])) }));
  const right = [...nodes.map(({ x }) => x + NODE.width / 2), ...frames.map(({ x, width }) => x + width / 2)];
  const bottom = [...nodes.map(({ y }) => y + NODE.height / 2), ...frames.map(({ y, height }) => y + height / 2)];
  return { width: greatest(right) + MARGIN, height: greatest(bottom) + MARGIN, nodes, edges, frames };
}

function isGroup({ step_ids }: PlannedUnit): boolean {
  return step_ids.length > 1;
}

interface Link {
  readonly from: string;
  readonly to: string;
}

interface Links {
  /** Where the branches of a group come together, by the place of the group. */
  readonly joins: ReadonlyMap<string, PlannedUnit>;
  readonly links: readonly Link[];
}

/** One link for each wait, but that who waits for a group waits where its branches come together. */
function linksOf(order: Order): Links {
  // No id of a step is empty, so that none is like it.
  const end = (place: number) => {
    const unit = order[place];
    return unit && isGroup(unit) ? `\0${place}` : (unit?.step_ids[0] ?? '');
  };
  const waitedFor = new Set(order.flatMap(({ waits_for }) => waits_for));
  const joins = new Map([...waitedFor].flatMap((place) => {
    const unit = order[place];
    return unit && isGroup(unit) ? [[end(place), unit] as const] : [];
  }));
  const waits = order.flatMap(({ step_ids, waits_for, inner }) => [
    ...step_ids.flatMap((to) => waits_for.map((place) => ({ from: end(place), to }))),
    ...inner.map(([to, from]) => ({ from, to })),
  ]);
  const gathered = [...joins].flatMap(([to, { step_ids }]) => step_ids.map((from) => ({ from, to })));
  return { joins, links: [...waits, ...gathered] };
}

interface Layout {
  readonly places: ReadonlyMap<string, Point>;
  readonly edges: readonly Edge[];
}

function laidOut(order: Order, { joins, links }: Links): Layout {
  const ids = order.flatMap(({ step_ids }) => step_ids);
  const graph = new Graph({ compound: true });
  graph.setGraph({ rankdir: 'TB', nodesep: GAP.x, ranksep: GAP.y, marginx: MARGIN, marginy: MARGIN });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const id of ids) graph.setNode(id, { ...NODE });
  for (const join of joins.keys()) graph.setNode(join, { width: 1, height: 1 });
  order.filter(isGroup).forEach(({ step_ids }, index) => {
    const name = `\0group ${index}`;
    graph.setNode(name, {});
    for (const id of step_ids) graph.setParent(id, name);
  });
  for (const { from, to } of links) graph.setEdge(from, to);
  layout(graph);
  const places = new Map([...ids, ...joins.keys()].map((id) => {
    const { x, y } = graph.node(id) as Point;
    return [id, { x, y }];
  }));
  const edges = graph.edges().map(({ v: from, w: to }) => ({ from, to, points: graph.edge(from, to)['points'] as Point[], arrives: !joins.has(to) }));
  return { places, edges };
}

/** Very many steps in rows: each below all that it waits for. */
function inRows(order: Order, { joins, links }: Links): Layout {
  const places = new Map<string, Point>();
  const lengths = new Map<number, number>();
  for (const [id, row] of rowsOf(order)) {
    const column = lengths.get(row) ?? 0;
    lengths.set(row, column + 1);
    places.set(id, { x: MARGIN + NODE.width / 2 + column * (NODE.width + GAP.x), y: MARGIN + NODE.height / 2 + row * (NODE.height + 2 * GAP.y) });
  }
  for (const [join, { step_ids }] of joins) {
    const { x, y, height } = frame(step_ids.flatMap((id) => places.get(id) ?? []));
    places.set(join, { x, y: y + height / 2 + FRAME.side });
  }
  const edges = links.flatMap(({ from, to }) => {
    const [start, end] = [places.get(from), places.get(to)];
    if (!start || !end) return [];
    const points = [{ x: start.x, y: start.y + (joins.has(from) ? 0 : NODE.height / 2) }, { x: end.x, y: end.y - (joins.has(to) ? 0 : NODE.height / 2) }];
    return [{ from, to, points, arrives: !joins.has(to) }];
  });
  return { places, edges };
}

/** The row of each step: the length of the longest way to it; what goes in circles stands where it is come upon. */
function rowsOf(order: Order): ReadonlyMap<string, number> {
  const rows = new Map<string, number>();
  const waits = waitsOf(order);
  for (const { step_ids } of order) {
    for (const id of step_ids) rows.set(id, (waits.get(id) ?? []).reduce((row, other) => Math.max(row, (rows.get(other) ?? -1) + 1), 0));
  }
  return rows;
}

function frame(points: readonly Point[]): Box {
  const [left, right] = [least(points.map(({ x }) => x)) - NODE.width / 2 - FRAME.side, greatest(points.map(({ x }) => x)) + NODE.width / 2 + FRAME.side];
  const [top, bottom] = [least(points.map(({ y }) => y)) - NODE.height / 2 - FRAME.top, greatest(points.map(({ y }) => y)) + NODE.height / 2 + FRAME.side];
  return { x: (left + right) / 2, y: (top + bottom) / 2, width: right - left, height: bottom - top };
}

// Spreading a long list into the arguments of `Math.max` overflows the stack.
function greatest(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => Math.max(a, b), 0);
}

function least(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => Math.min(a, b), Infinity);
}
