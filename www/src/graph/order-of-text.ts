import { type FanOutGroup, plan, SagaSchemaError } from 'sagaward/slim';

import type { Outline, OutlinedStep } from '../state/outline.ts';
import type { Order } from './order.ts';

const LENIENT = { rules: { unknown_fan_out_branch: 'off', unknown_fan_out_policy: 'off', branch_in_two_groups: 'off' } } as const;

/** The order of work of a text that may be half-written: of what is there, and is not there twice. */
export function orderOf({ steps, groups }: Pick<Outline, 'steps' | 'groups'>): Order {
  const named = new Map<string, OutlinedStep>();
  for (const step of steps) if (step.id && !named.has(step.id)) named.set(step.id, step);
  const waits = [...named].map(([id, { dependsOn }]) => [id, dependsOn?.filter((other) => named.has(other))] as const);
  try {
    return unitsOf(waits, groups);
  } catch (error) {
    if (!(error instanceof SagaSchemaError)) throw error;
    return atItsWord(waits, groups);
  }
}

type Waits = readonly (readonly [id: string, dependsOn: readonly string[] | undefined])[];

function unitsOf(waits: Waits, groups: Outline['groups']): Order {
  const steps = waits.map(([id, dependsOn]) => ({ id, action_id: 'data.plan', agent: 'plan', undo_api: '/', ...(dependsOn && { depends_on: dependsOn }) }));
  return steps.length > 0 ? plan({ name: 'plan', session_id: 'plan', steps, fan_out: groups as FanOutGroup[] }, LENIENT).units : [];
}

/** Where steps wait for each other in circles, what the text says: there is no order. */
function atItsWord(waits: Waits, groups: Outline['groups']): Order {
  const units = unitsOf(waits.map(([id]) => [id, []]), groups);
  const unitOf = new Map(units.flatMap(({ step_ids }, unit) => step_ids.map((id) => [id, unit] as const)));
  const before = new Map(waits.map(([id, dependsOn], index) => [id, dependsOn ?? waits.slice(index - 1, index).map(([id]) => id)]));
  return units.map((unit, own) => {
    const named = unit.step_ids.flatMap((id) => (before.get(id) ?? []).map((other) => [id, other] as [string, string]));
    const outside = named.flatMap(([, other]) => unitOf.get(other) ?? []).filter((other) => other !== own);
    return { ...unit, waits_for: [...new Set(outside)], inner: named.filter(([id, other]) => id !== other && unitOf.get(other) === own) };
  });
}
