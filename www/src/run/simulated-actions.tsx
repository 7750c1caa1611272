import { analysis } from '../state/analysis.ts';
import { Icon } from '../ui/icon.tsx';
import { behave, behaviourOf, behaviours, type Behaviour, type Fault } from './behaviour.ts';
import { settings, type Settings } from './settings.ts';

const FAULTS: Record<Fault, string> = {
  none: 'succeeds',
  fails: 'fails',
  times_out: 'times out',
  in_doubt: 'fails in doubt',
  undo_fails: 'cannot be undone',
  ignores_abort: 'ignores an abort',
};
const MOST_LISTED = 200;

/** How the simulated action of each step goes, and the run where there is trouble. */
export function SimulatedActions() {
  const ids = [...new Set(analysis.value.steps.flatMap(({ id }) => id ?? []))];
  return (
    <details class="simulated">
      <summary>
        <span>Simulated actions</span>
        <span class="simulated-summary">{summary(ids)}</span>
        <Icon name="chevron" />
      </summary>
      <div class="simulated-body">
        <div class="run-settings">
          <Choice label="If an undo fails" name="onUndoFailure" options={{ escalate: 'escalate', hold: 'hold for an operator' }} />
          <Choice label="Steps in doubt" name="inDoubt" options={{ undo: 'undo', ignore: 'ignore', escalate: 'escalate' }} />
        </div>
        <ul class="behaviours" aria-label="Simulated actions">
          {ids.slice(0, MOST_LISTED).map((id) => <Row key={id} id={id} {...behaviourOf(id)} />)}
        </ul>
        {ids.length > MOST_LISTED && <p class="remark">The first {MOST_LISTED} of {ids.length.toLocaleString('en')} are listed; the others succeed.</p>}
      </div>
    </details>
  );
}

function Row({ id, seconds, fault, times }: Behaviour & { id: string }) {
  return (
    <li class="behaviour" data-fault={fault}>
      <span class="step-id">{id}</span>
      <label>
        <span class="unseen">{id} </span>takes
        <NumberField value={seconds} min={0} max={86_400} set={(seconds) => behave(id, { seconds })} /> s
      </label>
      <label>
        <span class="unseen">{id} goes </span>
        <select value={fault} onChange={({ currentTarget }) => behave(id, { fault: currentTarget.value as Fault })}>
          {Object.entries(FAULTS).map(([name, words]) => <option key={name} value={name}>{words}</option>)}
        </select>
      </label>
      {fault !== 'none' && fault !== 'ignores_abort' && (
        <label>
          <span class="unseen">{id} so many times </span>
          <NumberField value={times} min={1} max={99} set={(times) => behave(id, { times })} /> {times === 1 ? 'time' : 'times'}
        </label>
      )}
    </li>
  );
}

function Choice<Name extends keyof Settings>({ label, name, options }: { label: string; name: Name; options: Record<Settings[Name], string> }) {
  return (
    <label>
      <span>{label}</span>
      <select value={settings.value[name]} onChange={({ currentTarget }) => (settings.value = { ...settings.value, [name]: currentTarget.value })}>
        {Object.entries<string>(options).map(([value, words]) => <option key={value} value={value}>{words}</option>)}
      </select>
    </label>
  );
}

function summary(ids: readonly string[]): string {
  const faulty = ids.filter((id) => behaviours.value.has(id) && behaviourOf(id).fault !== 'none');
  return faulty.length === 0 ? 'all succeed' : faulty.map((id) => `${id} ${FAULTS[behaviourOf(id).fault]}`).join(', ');
}

/** Takes what makes sense as it is typed; anything else is gone when the field is left. */
function NumberField({ value, min, max, set }: { value: number; min: number; max: number; set: (value: number) => void }) {
  return (
    <input
      type="number"
      min={min}
      max={max}
      value={value}
      onInput={({ currentTarget: { valueAsNumber } }) => {
        if (valueAsNumber >= min && valueAsNumber <= max) set(valueAsNumber);
      }}
      onBlur={({ currentTarget }) => (currentTarget.value = String(value))}
    />
  );
}
