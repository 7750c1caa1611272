import type { Named, Plan } from 'sagaward/slim';

import { suppose, supposed } from '../state/ahead.ts';
import { isOfText } from '../state/saga.ts';
import { moment } from '../state/travel.ts';
import { Icon } from '../ui/icon.tsx';

const MOST_LISTED = 50;
const MOST_CHOICES = 300;

/** What a failure of a step, or a cancellation, would undo, and could not. */
export function IfItFailed({ plan }: { plan: Plan }) {
  const { stepId, rollback } = suppose(plan);
  const { failures } = plan;
  const listed = failures.slice(0, MOST_CHOICES);
  const rollsBack = isOfText.value && moment.value?.snapshot.state === 'compensating';
  return (
    <>
      {rollsBack
        ? <h3>Still to be undone, in this order</h3>
        : (
          <h3 class="supposition">
            <label>
              If{' '}
              <select value={stepId ?? ''} onChange={({ currentTarget: { value } }) => (supposed.value = value === '' ? null : value)}>
                <option value="">it is cancelled now</option>
                {listed.map(({ step_id }) => <option key={step_id} value={step_id}>{step_id} fails</option>)}
                {stepId !== null && !listed.some(({ step_id }) => step_id === stepId) && <option value={stepId}>{stepId} fails</option>}
              </select>
            </label>
          </h3>
        )}
      {rollback === null
        ? <p>Nothing is undone: its group does without it.</p>
        : rollback.undone.count + rollback.perhaps.count === 0
          ? <p>{rollsBack ? 'Nothing more.' : 'Nothing is undone: nothing has committed by then.'}</p>
          : (
            <>
              <Undos
                words={stepId === null ? 'First of all what is under way or in doubt' : 'Perhaps, for it may have committed by then'}
                undos={rollback.perhaps}
                cannot={rollback.cannot_be_undone}
                doubtful
              />
              <Undos words={rollsBack ? '' : 'Undone, in this order'} undos={rollback.undone} cannot={rollback.cannot_be_undone} />
              {rollback.cannot_be_undone.count > 0 && <p class="failure">{rollback.cannot_be_undone.count.toLocaleString('en')} of these cannot be undone.</p>}
            </>
          )}
    </>
  );
}

interface UndosProps {
  readonly words: string;
  readonly undos: Named;
  readonly cannot: Named;
  readonly doubtful?: boolean;
}

function Undos({ words, undos: { count, step_ids }, cannot, doubtful = false }: UndosProps) {
  if (count === 0) return null;
  const lasting = new Set(cannot.step_ids);
  const listed = step_ids.slice(0, MOST_LISTED);
  return (
    <>
      {words && <p class="undo-words">{words}</p>}
      <ol class="undos" data-doubtful={doubtful}>
        {listed.map((id) => (
          <li key={id}>
            <Icon name={lasting.has(id) ? 'error' : doubtful ? 'waiting' : 'undo'} />
            <span class="step-id">{id}</span>
            {lasting.has(id) && <span class="failure">cannot be undone</span>}
          </li>
        ))}
      </ol>
      {count > listed.length && <p class="hint-inline">and {(count - listed.length).toLocaleString('en')} more</p>}
    </>
  );
}
