import './run.css';

import type { ComponentChildren } from 'preact';

import { analysis } from '../state/analysis.ts';
import { isElsewhere, present } from '../state/saga.ts';
import { moment } from '../state/travel.ts';
import { duration } from '../ui/duration.ts';
import { Icon, type IconName } from '../ui/icon.tsx';
import { State } from '../ui/state.tsx';
import { Operator } from './operator.tsx';
import { SimulatedActions } from './simulated-actions.tsx';
import { cancel, elapsed, goesOn, isUnderWay, pause, phase, play, reset, speed, SPEEDS, stepOn } from './simulation.ts';

/** Runs the definition with simulated actions, in a time of its own. */
export function Run() {
  const { report } = analysis.value;
  const mayRun = !(report instanceof Error) && report.valid;
  const now = phase.value;
  const mayGoOn = !isElsewhere.value && (isUnderWay.value || goesOn.value || mayRun);
  const hasRun = now === 'playing' || now === 'paused';

  return (
    <section class="panel run" aria-labelledby="run-heading">
      <div class="run-bar">
        <h2 id="run-heading">Run</h2>
        <div class="row">
          <Control icon="play" does={play} can={mayGoOn && !(isUnderWay.value && now === 'playing')} primary>Run</Control>
          <Control icon="pause" does={pause} can={now === 'playing'}>Pause</Control>
          <Control icon="step" does={() => void stepOn()} can={mayGoOn}>Step</Control>
          <Control icon="reset" does={reset} can={present.value !== undefined && !isElsewhere.value}>Reset</Control>
        </div>
        <label class="run-speed">
          <span>Speed</span>
          <select value={speed} onChange={({ currentTarget }) => (speed.value = Number(currentTarget.value))}>
            {SPEEDS.map((times) => <option key={times} value={times}>{Number.isFinite(times) ? `${times} ×` : 'no waiting'}</option>)}
          </select>
        </label>
        {now !== 'idle' && <Progress />}
        {hasRun && <Control does={cancel} can>Cancel</Control>}
        {isElsewhere.value && <span class="hint-inline">Another process runs the saga that is shown: this page only looks on.</span>}
        {goesOn.value && !hasRun && <span class="hint-inline">goes on with the saga that was opened</span>}
        {!mayGoOn && !isElsewhere.value && <span class="hint-inline">The definition may not run yet.</span>}
      </div>
      {hasRun && present.value?.waitingFor && <Operator snapshot={present.value.snapshot} />}
      {!isElsewhere.value && <SimulatedActions />}
    </section>
  );
}

interface ControlProps {
  readonly icon?: IconName;
  readonly can: boolean;
  readonly primary?: boolean;
  does(): void;
  readonly children: ComponentChildren;
}

/** A button that keeps the focus where there is nothing for it to do. */
function Control({ icon, can, primary = false, does, children }: ControlProps) {
  return (
    <button type="button" class={`button ${primary ? 'primary' : ''}`} aria-disabled={can ? undefined : 'true'} onClick={() => can && does()}>
      {icon && <Icon name={icon} />} {children}
    </button>
  );
}

/** How far the run has come: its state, and its time. */
function Progress() {
  const { snapshot, outcome, waitingFor } = moment.value ?? {};
  if (!snapshot) return null;
  const { state, steps } = snapshot;
  const committed = steps.filter(({ state }) => state === 'committed').length;
  return (
    <p class="run-progress">
      <span class="run-state" role="status">
        <State state={state} />
        {outcome && <span>outcome: {outcome}</span>}
        {waitingFor && <span class="doubt">waits for an {waitingFor}</span>}
      </span>
      <span class="run-count">{committed} of {steps.length} committed</span>
      <span class="run-time" role="timer"><Icon name="clock" /> {duration(elapsed.value)}</span>
    </p>
  );
}
