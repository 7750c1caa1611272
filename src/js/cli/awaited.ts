import type { Saga, SagaState, StepView } from '../slim.js';
import { printable } from './terminal.js';

/** What a saga that has not ended waits for. */
export interface Awaited {
  step_id: string;
  /** An attempt that was under way, one that is due later, a person, who takes it from a killed agent, or a run that begins it. */
  for: 'attempt' | 'undo' | 'retry' | 'operator' | 'substitute' | 'run';
  /** When it is due. */
  at?: string;
}

const MOST_NAMED = 5;

export function awaited(saga: Saga): Awaited[] {
  if (saga.outcome !== null) return [];
  const now = saga.steps().flatMap((step) => of(step, saga.state) ?? []);
  if (now.length > 0) return now;
  const next = saga.state === 'running' ? saga.readySteps() : saga.committedStepsReversed().slice(0, 1);
  return next.map(({ step_id }) => ({ step_id, for: 'run' }));
}

function of({ step_id, state, activity, fence, retry_at }: StepView, sagaState: SagaState): Awaited | undefined {
  if (activity === 'held') return { step_id, for: 'operator' };
  // A rollback waits for nobody who could take the step over.
  if (fence && sagaState === 'running') return { step_id, for: fence.settled ? 'substitute' : 'operator' };
  if (activity === 'waiting' && retry_at !== null) return { step_id, for: 'retry', at: retry_at };
  if (state === 'executing') return { step_id, for: 'attempt' };
  return state === 'compensating' ? { step_id, for: 'undo' } : undefined;
}

export function inWords(all: readonly Awaited[]): string {
  const words = all.slice(0, MOST_NAMED).map(({ step_id, for: what, at }) => {
    const step = printable(step_id);
    switch (what) {
      case 'attempt':
        return step;
      case 'undo':
        return `undo of ${step}`;
      case 'retry':
        return `retry of ${step} at ${at}`;
      case 'operator':
        return `an operator for ${step}`;
      case 'substitute':
        return `a substitute for ${step}`;
      case 'run':
        return `a run to go on with ${step}`;
    }
  });
  const more = all.length - words.length;
  return words.length === 0 ? 'a run to end it' : `${words.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
