import { type Clock, type FanOutGroup, run, Saga, SagaSchemaError } from 'sagaward/slim';

/** What the order of work follows from. */
export interface Structure {
  readonly steps: readonly { readonly id: string; readonly dependsOn: readonly string[] | undefined }[];
  readonly groups: readonly { readonly policy?: string; readonly branches: readonly string[] }[];
}

export interface Plan {
  readonly steps: readonly { readonly id: string; readonly waitsFor: readonly string[] }[];
  /** Each with the steps that start together; no step is in two. */
  readonly groups: readonly { readonly policy: string; readonly steps: readonly string[] }[];
}

const NO_TIME: Clock = { now: () => 0, setTimeout: () => 0, clearTimeout: () => {} };

/**
 * Which steps wait for which. The package is asked, by a run in which nothing takes time: what a
 * step is given results of is what it waited for. Where it refuses, the text is taken at its word.
 */
export async function planOf(structure: Structure): Promise<Plan> {
  const waitsFor = await orderOf(structure).catch((error: unknown) => {
    if (error instanceof SagaSchemaError) return undefined;
    throw error;
  });
  const ids = new Set(structure.steps.map(({ id }) => id));
  const steps = structure.steps.map(({ id, dependsOn }, index) => {
    const before = structure.steps[index - 1];
    const declared = (dependsOn ?? (before ? [before.id] : [])).filter((other) => ids.has(other));
    return { id, waitsFor: waitsFor?.get(id) ?? declared };
  });
  return { steps, groups: groupsOf(structure, ids) };
}

async function orderOf({ steps, groups }: Structure): Promise<ReadonlyMap<string, readonly string[]>> {
  const saga = Saga.fromDefinition({
    name: 'plan',
    session_id: 'plan',
    steps: steps.map(({ id, dependsOn }) => ({ id, action_id: 'data.plan', agent: 'plan', undo_api: '/', ...(dependsOn && { depends_on: dependsOn }) })),
    fan_out: groups as FanOutGroup[],
  }, { rules: { unknown_fan_out_branch: 'off', unknown_fan_out_policy: 'off', branch_in_two_groups: 'off' } });
  const waitsFor = new Map<string, readonly string[]>();
  try {
    await run(saga, {
      clock: NO_TIME,
      execute: ({ step_id }, { results }) => void waitsFor.set(step_id, Object.keys(results)),
      compensate: () => {},
    });
  } finally {
    saga.free();
  }
  return waitsFor;
}

function groupsOf({ groups }: Structure, ids: ReadonlySet<string>): Plan['groups'] {
  const taken = new Set<string>();
  return groups.map(({ policy = 'all_must_succeed', branches }) => {
    const steps = [...new Set(branches)].filter((id) => ids.has(id) && !taken.has(id));
    for (const id of steps) taken.add(id);
    return { policy, steps };
  }).filter(({ steps }) => steps.length > 0);
}
