import type { SagaSnapshot, StepView } from 'sagaward/slim';

import { Icon } from '../ui/icon.tsx';
import { currentRun } from './simulation.ts';

/** What a person may decide where the run waits for one. */
export function Operator({ snapshot }: { snapshot: SagaSnapshot }) {
  const held = snapshot.steps.filter(isHeld);
  return (
    <div class="operator" role="group" aria-label="Operator">
      <ul>
        {held.map((step) => {
          const { step_id: id, activity, error } = step;
          const undo = activity === 'held';
          return (
            <li key={id}>
              <Icon name="warning" />
              <p>
                <span class="step-id">{id}</span> {undo
                  ? `could not be undone: ${error ?? 'no reason is known'}. Retry the undo, or skip it and leave it as it is.`
                  : 'is held: its agent was killed and may still work on it. Retry hands it on all the same, Skip rolls the saga back.'}
              </p>
              <span class="row">
                <button type="button" class="button small" onClick={() => currentRun()?.retryStep(id)}>Retry<span class="unseen"> {id}</span></button>
                <button type="button" class="button small" onClick={() => currentRun()?.skipStep(id)}>Skip<span class="unseen"> {id}</span></button>
              </span>
            </li>
          );
        })}
      </ul>
      {held.some(({ activity }) => activity === 'held') && (
        <button type="button" class="button small" onClick={() => currentRun()?.escalate()}>Escalate</button>
      )}
    </div>
  );
}

function isHeld({ activity, fence }: StepView): boolean {
  return activity === 'held' || fence?.settled === false;
}
