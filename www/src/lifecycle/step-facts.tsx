import type { StepView } from 'sagaward/slim';

import { Time } from '../ui/time.tsx';

const LONGEST_VALUE = 200;

/** What is known of a step; what has not happened is left out. */
export function StepFacts({ step }: { step: StepView }) {
  const { action_id, undo_api, started_at, completed_at, error, execute_result, compensation_result, in_doubt, fence } = step;
  return (
    <>
      {error && <p class="failure">{error}</p>}
      {fence && <p class="failure">Its agent was killed while it worked on the step, and {fence.settled ? 'has ended since' : 'may work on it still'}.</p>}
      {in_doubt && !fence && <p class="doubt">In doubt: an attempt that was cut off may have had its effect.</p>}
      <dl class="facts">
        <dt>action</dt><dd class="id">{action_id}</dd>
        <dt>undo</dt><dd class="id">{undo_api ?? 'none'}</dd>
        {started_at && <><dt>started</dt><dd><Time at={started_at} dated /></dd></>}
        {completed_at && <><dt>settled</dt><dd><Time at={completed_at} dated /></dd></>}
        {execute_result !== null && <><dt>result</dt><dd class="id">{written(execute_result)}</dd></>}
        {compensation_result !== null && <><dt>result of the undo</dt><dd class="id">{written(compensation_result)}</dd></>}
      </dl>
    </>
  );
}

function written(value: unknown): string {
  const json = JSON.stringify(value);
  return json.length > LONGEST_VALUE ? `${json.slice(0, LONGEST_VALUE)}…` : json;
}
