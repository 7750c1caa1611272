import './remains.css';

import { ahead } from '../state/ahead.ts';
import { isOfText } from '../state/saga.ts';
import { moment } from '../state/travel.ts';
import { IfItFailed } from './if-it-failed.tsx';
import { Waves } from './waves.tsx';

/** What is still to run, and what would be undone. */
export function Remains() {
  const plan = ahead.value;
  const { outcome, snapshot } = (isOfText.value && moment.value) || {};
  const steps = plan?.waves.reduce((sum, wave) => sum + wave.length, 0) ?? 0;
  return (
    <section class="panel remains" aria-labelledby="remains-heading">
      <header class="panel-header">
        <h2 id="remains-heading">Remains</h2>
        {steps > 0 && <span class="count">{steps.toLocaleString('en')} of {(snapshot?.steps ?? plan?.units.flatMap(({ step_ids }) => step_ids) ?? []).length.toLocaleString('en')} steps</span>}
      </header>
      {!plan
        ? <p class="remark">The definition may not run yet.</p>
        : outcome
          ? <p class="remark">It has ended: nothing is left to run, and nothing would be undone.</p>
          : (
            <div class="remains-body" tabIndex={0} role="group" aria-labelledby="remains-heading">
              {steps > 0 && <Waves plan={plan} />}
              <IfItFailed plan={plan} />
            </div>
          )}
    </section>
  );
}
