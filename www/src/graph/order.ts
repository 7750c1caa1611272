import type { PlannedUnit } from 'sagaward/slim';

/** What stands before what: steps, and groups of them that count as one. */
export type Order = readonly PlannedUnit[];

/** The steps that each one waits for. */
export function waitsOf(order: Order): ReadonlyMap<string, readonly string[]> {
  const inner = new Map<string, string[]>();
  for (const [id, other] of order.flatMap(({ inner }) => inner)) inner.set(id, [...(inner.get(id) ?? []), other]);
  return new Map(order.flatMap(({ step_ids, waits_for }) => {
    const outside = waits_for.flatMap((unit) => order[unit]?.step_ids ?? []);
    return step_ids.map((id) => [id, [...outside, ...(inner.get(id) ?? [])]] as const);
  }));
}
