import { isElsewhere, type Moment } from '../state/saga.ts';
import { isPast } from '../state/travel.ts';
import { State } from '../ui/state.tsx';
import { Time } from '../ui/time.tsx';
import { SagaMachine } from './machines.tsx';

export function SagaCard({ moment }: { moment: Moment }) {
  const { snapshot, outcome, waitingFor } = moment;
  const { name, saga_id, session_id, state, error, created_at, completed_at } = snapshot;
  return (
    <div class="saga-card">
      <div class="about">
        <h3>{name || saga_id}</h3>
        <p class="saga-state" role="status">
          <State state={state} />
          {outcome && <span>outcome: {outcome}</span>}
          {waitingFor && <span>waits for an {waitingFor}</span>}
        </p>
        {error && <p class="failure">{error}</p>}
        <dl class="facts">
          <dt>saga</dt><dd class="id">{saga_id}</dd>
          <dt>session</dt><dd class="id">{session_id}</dd>
          <dt>created</dt><dd><Time at={created_at} dated /></dd>
          {completed_at && <><dt>completed</dt><dd><Time at={completed_at} dated /></dd></>}
        </dl>
        <WhyNotMoved driven={snapshot.settings !== null} />
      </div>
      <SagaMachine moment={moment} />
    </div>
  );
}

function WhyNotMoved({ driven }: { driven: boolean }) {
  const reason = isPast.value
    ? 'This is what was: nothing is moved there.'
    : isElsewhere.value
      ? 'Another process drives it: nothing is moved from here.'
      : driven && 'A run drives it: nothing is moved by hand.';
  return reason ? <p class="hint-inline">{reason}</p> : null;
}
