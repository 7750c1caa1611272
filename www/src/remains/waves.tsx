import type { Plan, PlannedUnit } from 'sagaward/slim';

import { isOfText } from '../state/saga.ts';
import { moment } from '../state/travel.ts';
import { Icon } from '../ui/icon.tsx';

const MOST_WAVES = 100;
const MOST_STEPS = 40;

/** The steps that remain, wave by wave; the branches of a group stand together. */
export function Waves({ plan: { waves, units } }: { plan: Plan }) {
  const groupOf = new Map(units.flatMap((unit) => (unit.step_ids.length > 1 ? unit.step_ids.map((id) => [id, unit] as const) : [])));
  const executing = new Set((isOfText.value ? (moment.value?.snapshot.steps ?? []) : []).flatMap(({ step_id, state }) => (state === 'executing' ? [step_id] : [])));
  return (
    <>
      <h3>Still to run, in this order</h3>
      <ol class="waves">
        {waves.slice(0, MOST_WAVES).map((wave) => (
          <li key={wave[0]}>
            {inGroups(wave.slice(0, MOST_STEPS), groupOf).map(({ group, ids }) => (
              <span key={ids[0]} class={group ? 'wave-group' : undefined}>
                {ids.map((id) => (
                  <span key={id} class="wave-step" data-state={executing.has(id) ? 'executing' : undefined}>
                    {executing.has(id) && <><Icon name="working" /><span class="unseen">executing: </span></>}{id}
                  </span>
                ))}
                {group && <span class="wave-policy">{group.policy.replaceAll('_', ' ')}</span>}
              </span>
            ))}
            {wave.length > MOST_STEPS && <span class="wave-policy">and {(wave.length - MOST_STEPS).toLocaleString('en')} more</span>}
          </li>
        ))}
      </ol>
      {waves.length > MOST_WAVES && <p class="hint-inline">and {(waves.length - MOST_WAVES).toLocaleString('en')} waves more</p>}
    </>
  );
}

interface Part {
  readonly group: PlannedUnit | undefined;
  readonly ids: string[];
}

function inGroups(wave: readonly string[], groupOf: ReadonlyMap<string, PlannedUnit>): Part[] {
  const parts = new Map<PlannedUnit | string, Part>();
  for (const id of wave) {
    const group = groupOf.get(id);
    const part = parts.get(group ?? id) ?? { group, ids: [] };
    part.ids.push(id);
    parts.set(group ?? id, part);
  }
  return [...parts.values()];
}
