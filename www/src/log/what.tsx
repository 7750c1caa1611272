import type { SagaEvent } from 'sagaward/slim';

import { Icon } from '../ui/icon.tsx';
import { State } from '../ui/state.tsx';

/** What an event says, beside its type. */
export function What({ event }: { event: SagaEvent }) {
  switch (event.type) {
    case 'saga_created':
      return <>{event.steps.length} {event.steps.length === 1 ? 'step' : 'steps'}</>;
    case 'saga_compacted':
      return <>up to event {event.snapshot.seq}</>;
    case 'step_added':
      return <b>{event.step.id}</b>;
    case 'step_transitioned':
      return <><b>{event.step_id}</b> <State state={event.to} /> {event.error}</>;
    case 'saga_transitioned':
      return <><State state={event.to} /> {event.error}</>;
    case 'step_handed_off':
      return <><b>{event.step_id}</b> <span class="agent-change">{event.from_agent} <Icon name="to" /><span class="unseen"> to </span> {event.to_agent}</span></>;
    case 'step_abandoned':
      return <><b>{event.step_id}</b> nobody took it</>;
    case 'attempt_started':
      return <><b>{event.step_id}</b> {event.action}, attempt {event.attempt}</>;
    case 'attempt_failed':
      return <><b>{event.step_id}</b> {event.error}</>;
    case 'checkpoint_reached':
      return <><b>{event.step_id}</b> {event.goal}</>;
    case 'attempt_timed_out':
    case 'attempt_lost':
    case 'retry_due':
    case 'attempt_settled':
    case 'assumed_committed':
    case 'undo_held':
    case 'undo_retried':
    case 'step_fenced':
      return <b>{event.step_id}</b>;
    case 'run_started':
    case 'run_recovered':
      return <>{event.settings.concurrency} at a time</>;
    case 'run_paused':
    case 'run_resumed':
      return null;
    case 'agent_killed':
    case 'agent_revived':
      return <>{event.agent_did}</>;
  }
}
