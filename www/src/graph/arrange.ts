import { Graph, layout } from '@dagrejs/dagre';

import type { Plan } from './plan.ts';
import { type Box, type Drawing, type Edge, NODE, type Point } from './shape.ts';

const GAP = { x: 24, y: 32 };
/** What the frame of a group takes around its steps: above for its name. */
const FRAME = { top: 22, side: 10 };
const MARGIN = 26;

// The cost of a good layout grows with the square of the steps and more: at this many it is a second.
const MOST_LAID_OUT = 300;

export function arrange(plan: Plan): Drawing {
  const links = linksOf(plan);
  const { places, edges } = plan.steps.length > MOST_LAID_OUT ? inRows(plan, links) : laidOut(plan, links);
  const nodes = plan.steps.map(({ id }) => ({ id, ...(places.get(id) ?? { x: 0, y: 0 }) }));
  const frames = plan.groups.map(({ policy, steps }) => ({ policy, steps, ...frame(steps.flatMap((id) => places.get(id) ?? [])) }));
  const right = [...nodes.map(({ x }) => x + NODE.width / 2), ...frames.map(({ x, width }) => x + width / 2)];
  const bottom = [...nodes.map(({ y }) => y + NODE.height / 2), ...frames.map(({ y, height }) => y + height / 2)];
  return { width: greatest(right) + MARGIN, height: greatest(bottom) + MARGIN, nodes, edges, frames };
}

interface Link {
  readonly from: string;
  readonly to: string;
}

interface Links {
  readonly joins: readonly string[];
  readonly links: readonly Link[];
}

/** One link for each wait, but that who waits for a whole group waits where its branches come together. */
function linksOf({ steps, groups }: Plan): Links {
  // No id of a step is empty, so that none is like it.
  const joins = groups.map((_, index) => `\0${index}`);
  const groupOf = new Map(groups.flatMap((group, index) => (group.steps.length > 1 ? group.steps.map((id) => [id, index] as const) : [])));
  const used = new Set<number>();
  const links: Link[] = steps.flatMap(({ id: to, waitsFor }) => {
    const named = new Map<number, number>();
    for (const id of waitsFor) {
      const group = groupOf.get(id);
      if (group !== undefined) named.set(group, (named.get(group) ?? 0) + 1);
    }
    const whole = new Set([...named].flatMap(([group, count]) => (count === groups[group]?.steps.length ? [group] : [])));
    for (const group of whole) used.add(group);
    const single = waitsFor.filter((id) => id !== to && !whole.has(groupOf.get(id) ?? -1));
    return [...single, ...[...whole].map((group) => joins[group] ?? '')].map((from) => ({ from, to }));
  });
  const gathered = [...used].flatMap((group) => (groups[group]?.steps ?? []).map((from) => ({ from, to: joins[group] ?? '' })));
  return { joins: [...used].map((group) => joins[group] ?? ''), links: [...links, ...gathered] };
}

interface Layout {
  readonly places: ReadonlyMap<string, Point>;
  readonly edges: readonly Edge[];
}

function laidOut({ steps, groups }: Plan, { joins, links }: Links): Layout {
  const graph = new Graph({ compound: true });
  graph.setGraph({ rankdir: 'TB', nodesep: GAP.x, ranksep: GAP.y, marginx: MARGIN, marginy: MARGIN });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id } of steps) graph.setNode(id, { ...NODE });
  for (const join of joins) graph.setNode(join, { width: 1, height: 1 });
  groups.forEach((group, index) => {
    const name = `\0group ${index}`;
    graph.setNode(name, {});
    for (const id of group.steps) graph.setParent(id, name);
  });
  for (const { from, to } of links) graph.setEdge(from, to);
  layout(graph);
  const places = new Map([...steps.map(({ id }) => id), ...joins].map((id) => {
    const { x, y } = graph.node(id) as Point;
    return [id, { x, y }];
  }));
  const isJoin = new Set(joins);
  const edges = graph.edges().map(({ v: from, w: to }) => ({ from, to, points: graph.edge(from, to)['points'] as Point[], arrives: !isJoin.has(to) }));
  return { places, edges };
}

/** Very many steps in rows: each below all that it waits for. */
function inRows({ steps, groups }: Plan, { joins, links }: Links): Layout {
  const places = new Map<string, Point>();
  const rows = rowsOf(steps);
  const lengths = new Map<number, number>();
  for (const { id } of steps) {
    const row = rows.get(id) ?? 0;
    const column = lengths.get(row) ?? 0;
    lengths.set(row, column + 1);
    places.set(id, { x: MARGIN + NODE.width / 2 + column * (NODE.width + GAP.x), y: MARGIN + NODE.height / 2 + row * (NODE.height + 2 * GAP.y) });
  }
  for (const join of joins) {
    const { x, y, height } = frame((groups[Number(join.slice(1))]?.steps ?? []).flatMap((id) => places.get(id) ?? []));
    places.set(join, { x, y: y + height / 2 + FRAME.side });
  }
  const isJoin = new Set(joins);
  const edges = links.flatMap(({ from, to }) => {
    const [start, end] = [places.get(from), places.get(to)];
    if (!start || !end) return [];
    const points = [{ x: start.x, y: start.y + (isJoin.has(from) ? 0 : NODE.height / 2) }, { x: end.x, y: end.y - (isJoin.has(to) ? 0 : NODE.height / 2) }];
    return [{ from, to, points, arrives: !isJoin.has(to) }];
  });
  return { places, edges };
}

/** The row of each step: the length of the longest way to it; what goes in circles stands below. */
function rowsOf(steps: Plan['steps']): ReadonlyMap<string, number> {
  const rows = new Map<string, number>();
  const open = new Map(steps.map(({ id, waitsFor }) => [id, waitsFor.length]));
  const waiters = new Map<string, string[]>();
  for (const { id, waitsFor } of steps) for (const other of waitsFor) waiters.set(other, [...(waiters.get(other) ?? []), id]);
  const ready = steps.flatMap(({ id, waitsFor }) => (waitsFor.length === 0 ? [id] : []));
  for (const id of ready) {
    const row = rows.get(id) ?? 0;
    rows.set(id, row);
    for (const waiter of waiters.get(id) ?? []) {
      rows.set(waiter, Math.max(rows.get(waiter) ?? 0, row + 1));
      const left = (open.get(waiter) ?? 0) - 1;
      open.set(waiter, left);
      if (left === 0) ready.push(waiter);
    }
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
