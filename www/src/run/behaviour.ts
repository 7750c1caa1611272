import { signal } from '@preact/signals';
import { ActionError, type Actions, type Clock, type StepContext, type StepView } from 'sagaward/slim';

export type Fault = 'none' | 'fails' | 'times_out' | 'in_doubt' | 'undo_fails' | 'ignores_abort';

/** How the simulated action of a step goes. */
export interface Behaviour {
  readonly seconds: number;
  readonly fault: Fault;
  /** How many attempts the fault lasts. */
  readonly times: number;
}

export const USUAL: Behaviour = { seconds: 10, fault: 'none', times: 1 };

/** By step id; a step that is not in it goes the usual way. Kept while the definition changes. */
export const behaviours = signal<ReadonlyMap<string, Behaviour>>(new Map());

export function behaviourOf(id: string): Behaviour {
  return behaviours.value.get(id) ?? USUAL;
}

export function behave(id: string, change: Partial<Behaviour>): void {
  behaviours.value = new Map(behaviours.peek()).set(id, { ...behaviourOf(id), ...change });
}

/** Actions that do nothing but take their time and fail as they are told to. */
export function simulatedActions(clock: Clock): Actions {
  return {
    async execute(step, context) {
      const { seconds, fault, times } = behaviourOf(step.step_id);
      const faulty = context.attempt <= times;
      await work(clock, faulty && fault === 'times_out' ? Infinity : seconds, context, fault !== 'ignores_abort');
      if (faulty && fault === 'fails') throw new Error('the simulated action failed');
      if (faulty && fault === 'in_doubt') throw new ActionError('the simulated action gave no answer', { effect: 'in_doubt' });
      return done(step, context);
    },
    async compensate(step, context) {
      const { seconds, fault, times } = behaviourOf(step.step_id);
      // An action that takes longer than it may has an undo in time nevertheless.
      await work(clock, Math.min(seconds, USUAL.seconds), context, true);
      if (fault === 'undo_fails' && context.attempt <= times) throw new Error('the simulated undo failed');
      return done(step, context);
    },
  };
}

function done({ agent_did }: StepView, { attempt }: StepContext): unknown {
  return { by: agent_did, attempt };
}

function work(clock: Clock, seconds: number, { signal }: StepContext, obeys: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = Number.isFinite(seconds) ? clock.setTimeout(resolve, seconds * 1_000) : undefined;
    if (!obeys) return;
    signal.addEventListener('abort', () => {
      clock.clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
