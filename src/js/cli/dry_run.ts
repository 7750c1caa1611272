import type { Named, Plan, PlannedUnit } from '../slim.js';
import { counted, paint, printable, table } from './terminal.js';

/** Of a longer list, only so many are named. */
const MOST_NAMED = 12;

/** What would happen, in words. */
export async function dryRun({ waves, units, failures }: Plan, concurrency: number): Promise<string> {
  const count = waves.reduce((sum, wave) => sum + wave.length, 0);
  const groups = units.filter(({ step_ids }) => step_ids.length > 1);
  const groupOf = new Map(groups.flatMap((group) => group.step_ids.map((branch) => [branch, group] as const)));
  const order = waves.map((wave, at) => [`  ${at + 1}`, inGroups(wave, groupOf)]);
  const ends = failures.map(({ step_id, rollback }) => {
    const what = rollback
      ? [undos(rollback.undone), also(rollback.perhaps), left(rollback.cannot_be_undone)].filter((text) => text !== '').join('; ')
      : `nothing is undone: ${groupOf.get(step_id)?.policy ?? 'its group'} is met without it`;
    return [`  ${printable(step_id)}`, what];
  });
  return [
    `${paint('bold', 'Order of work')}: ${counted(count, 'step')} in ${counted(waves.length, 'wave')}, at most ${concurrency} at a time\n`,
    await table(order),
    `\n${paint('bold', 'If a step fails for good')}, and no other does, these are undone, in this order:\n`,
    await table(ends),
    '\nA failed step that may have had its effect (a timeout, a lost answer) is undone too, first of all.\n',
  ].join('');
}

/** The steps of a wave, the branches of a group together. */
function inGroups(wave: readonly string[], groupOf: ReadonlyMap<string, PlannedUnit>): string {
  const parts = new Map<PlannedUnit | string, string[]>();
  for (const step of wave) {
    const group = groupOf.get(step) ?? step;
    parts.set(group, [...(parts.get(group) ?? []), step]);
  }
  const texts = [...parts].map(([group, steps]) => (typeof group === 'string' ? printable(group) : `[${names(steps, steps.length)}: ${group.policy}]`));
  return texts.length > MOST_NAMED ? `${texts.slice(0, MOST_NAMED).join(', ')} and ${texts.length - MOST_NAMED} more` : texts.join(', ');
}

function undos({ step_ids, count }: Named): string {
  return count === 0 ? 'nothing' : names(step_ids, count);
}

function also({ step_ids, count }: Named): string {
  return count === 0 ? '' : `perhaps ${names(step_ids, count)}`;
}

function left({ step_ids, count }: Named): string {
  return count === 0 ? '' : paint('red', `cannot be undone: ${names(step_ids, count)}`);
}

function names(steps: readonly string[], count: number): string {
  const named = steps.slice(0, MOST_NAMED);
  return `${named.map(printable).join(', ')}${count > named.length ? ` and ${count - named.length} more` : ''}`;
}
