import { effect, signal } from '@preact/signals';
import { plan, type Plan, type Rollback } from 'sagaward/slim';

import { analysis } from './analysis.ts';
import { isOfText } from './saga.ts';
import { moment, shownSaga } from './travel.ts';

/** What is going to come, of the saga that is shown, or else of the definition; none of one that may not run. */
export const ahead = signal<Plan | undefined>(undefined);

/** The work grows with the square of the steps. */
const MANY = 200;
const LONGEST_PAUSE_MS = 1_000;

/** Plans from now on, with every event; a long saga waits for pauses that grow with the work. */
export function planAhead(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let cost = 0;
  const work = () => {
    clearTimeout(timer);
    timer = undefined;
    const start = performance.now();
    ahead.value = planned();
    cost = performance.now() - start;
  };
  effect(() => {
    const steps = (isOfText.value && moment.value?.snapshot.steps.length) || analysis.value.steps.length;
    if (steps <= MANY) work();
    else timer ??= setTimeout(work, Math.min(5 * cost, LONGEST_PAUSE_MS));
  });
}

function planned(): Plan | undefined {
  const saga = isOfText.peek() ? shownSaga.peek() : undefined;
  if (saga) return plan(saga);
  const { report, text } = analysis.peek();
  return report instanceof Error || !report.valid ? undefined : plan(JSON.parse(text.toString()));
}

/** The step that is supposed to fail; `null` for a cancellation now, nothing for what tells most. */
export const supposed = signal<string | null | undefined>(undefined);

export interface Supposition {
  /** The step that fails; `null` for a cancellation. */
  readonly stepId: string | null;
  /** What follows; `null` where nothing is undone, for the group of the step does without it. */
  readonly rollback: Rollback | null;
}

export function suppose({ now, failures }: Plan): Supposition {
  const cancelled = { stepId: null, rollback: now };
  const chosen = failures.find(({ step_id }) => step_id === supposed.value);
  // Where nothing would be undone yet, the last step has most to say.
  const telling = supposed.value === undefined && now.undone.count + now.perhaps.count === 0 ? failures.at(-1) : undefined;
  const failure = chosen ?? telling;
  return failure ? { stepId: failure.step_id, rollback: failure.rollback } : cancelled;
}
