import type { Saga, SagaEvent, SagaState } from '../slim.js';
import { duration } from './duration.js';
import { counted, type Style } from './terminal.js';

/** An event in words. */
export interface Told {
  /** The step it is about. */
  step?: string;
  text: string;
  style?: Style;
  /** Of no interest to who watches: another event says as much. */
  minor?: true;
}

/** Tells the events of one saga, one after the other. */
export class Story {
  readonly #begun = new Map<string, { attempt: number; at: number }>();
  #isRollback = false;

  /** `saga`: where the story begins in its middle. */
  constructor(saga?: Saga) {
    this.#isRollback = saga?.state === 'compensating';
    for (const { step_id, attempt, state, started_at } of saga?.steps() ?? []) {
      // When an undo began, a saga does not tell.
      const at = state === 'executing' && started_at !== null ? Date.parse(started_at) : NaN;
      if (attempt > 0) this.#begun.set(step_id, { attempt, at });
    }
  }

  tell(event: SagaEvent): Told {
    switch (event.type) {
      case 'saga_created':
        return { text: `created in session ${event.session_id}: ${event.name}, ${counted(event.steps.length, 'step')}` };
      case 'saga_compacted':
        this.#isRollback = event.snapshot.state === 'compensating';
        return { text: `${counted(event.seq, 'event')} before were compacted` };
      case 'step_added':
        return { step: event.step.id, text: 'added' };
      case 'step_transitioned':
        return this.#step(event);
      case 'saga_transitioned':
        return this.#saga(event.to, event.error);
      case 'run_started':
        return { text: 'started' };
      case 'run_recovered':
        return { text: 'recovered: goes on' };
      case 'run_paused':
        return { text: 'paused' };
      case 'run_resumed':
        return { text: 'resumed' };
      case 'attempt_started': {
        const { step_id: step, attempt, action, at } = event;
        this.#begun.set(step, { attempt, at: Date.parse(at) });
        return { step, text: `${action === 'compensate' ? 'undo, ' : ''}attempt ${attempt}` };
      }
      case 'attempt_timed_out':
        return { step: event.step_id, text: `${this.#attempt(event.step_id)} takes too long: told to stop`, style: 'yellow' };
      case 'attempt_failed': {
        const { step_id: step, error, in_doubt, retry_at, at } = event;
        const doubt = in_doubt ? ' (it may have had its effect)' : '';
        const next = retry_at === undefined ? '' : `; the next in ${duration(Date.parse(retry_at) - Date.parse(at))}`;
        return { step, text: `${this.#attempt(step)} failed: ${error}${doubt}${next}`, style: 'yellow' };
      }
      case 'attempt_lost':
        return { step: event.step_id, text: `${this.#attempt(event.step_id)} was lost with its process`, style: 'yellow' };
      case 'retry_due':
        return { step: event.step_id, text: 'the next attempt is due', minor: true };
      case 'attempt_settled':
        return { step: event.step_id, text: "the killed agent's action has ended" };
      case 'assumed_committed':
        return { step: event.step_id, text: 'may have had its effect: is to be undone', style: 'yellow' };
      case 'checkpoint_reached':
        return { step: event.step_id, text: `reached: ${event.goal}` };
      case 'undo_held':
        return { step: event.step_id, text: 'the undo failed for good: an operator decides', style: 'red' };
      case 'undo_retried':
        return { step: event.step_id, text: 'an operator wants the undo tried again' };
      case 'agent_killed':
        return { text: `agent ${event.agent_did} killed (${event.kill_id})`, style: 'red' };
      case 'step_fenced':
        return { step: event.step_id, text: 'its agent was killed: looks for a substitute', style: 'yellow' };
      case 'step_handed_off':
        return { step: event.step_id, text: `handed from ${event.from_agent} to ${event.to_agent}` };
      case 'step_abandoned':
        return { step: event.step_id, text: 'nobody takes it from the killed agent', style: 'red' };
      case 'agent_revived':
        return { text: `agent ${event.agent_did} revived` };
    }
  }

  #step({ step_id: step, to, error, at }: SagaEvent & { type: 'step_transitioned' }): Told {
    const begun = this.#begun.get(step);
    const took = begun && !Number.isNaN(begun.at) ? ` after ${duration(Date.parse(at) - begun.at)}` : '';
    const why = error === undefined ? '' : `: ${error}`;
    switch (to) {
      case 'committed':
        return { step, text: `committed${took}`, style: 'green' };
      case 'compensated':
        return { step, text: `undone${took}`, style: 'green' };
      case 'compensation_failed':
        return { step, text: `could not be undone${why}`, style: 'red' };
      case 'failed':
        return { step, text: `failed${why}`, style: 'red' };
      case 'pending':
      case 'executing':
      case 'compensating':
        return { step, text: to, minor: true };
    }
  }

  #saga(to: SagaState, error: string | undefined): Told {
    const why = error === undefined ? '' : `: ${error}`;
    switch (to) {
      case 'compensating':
        this.#isRollback = true;
        return { text: `rolls back${why}`, style: 'yellow' };
      case 'completed':
        return this.#isRollback ? { text: 'rolled back', style: 'yellow' } : { text: 'succeeded', style: 'green' };
      case 'failed':
      case 'escalated':
        return { text: `${to}${why}`, style: 'red' };
      case 'running':
        return { text: to, minor: true };
    }
  }

  #attempt(step: string): string {
    return `attempt ${this.#begun.get(step)?.attempt ?? ''}`.trimEnd();
  }
}
