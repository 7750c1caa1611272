import type { HandoffStatus, KillResult, TerminationOutcome } from 'sagaward/slim';

import { Icon, type IconName } from '../ui/icon.tsx';
import { Time } from '../ui/time.tsx';
import { summary } from './summary.ts';

const TERMINATION: Record<TerminationOutcome, IconName> = {
  confirmed: 'valid',
  signalled: 'info',
  timed_out: 'clock',
  threw: 'error',
  no_handler: 'warning',
  already_killed: 'killed',
};

export const HANDOFF: Record<HandoffStatus, IconName> = {
  pending: 'waiting',
  handed_off: 'to',
  failed: 'failed',
  compensated: 'undo',
};

/** What is known of a kill. */
export function Record({ record, last }: { record: KillResult; last: boolean }) {
  const { kill_id, agent_did, reason, timestamp, termination, duration_ms, handoffs, error } = record;
  return (
    <details class="record" open={last}>
      <summary>
        <span class="record-agent">{agent_did}</span>
        <span class="record-reason">{reason}</span>
        <Time at={timestamp} />
        <Icon name="chevron" />
      </summary>
      <p>{summary(record)}</p>
      {handoffs.length > 0 && (
        <ul class="handoffs">
          {handoffs.map(({ saga_id, step_id, status, to_agent, error }) => (
            <li key={`${saga_id} ${step_id}`}>
              <span class="step-id">{step_id}</span>
              <span class="handoff" data-handoff={status}><Icon name={HANDOFF[status]} /> {status}</span>
              {to_agent && <span class="id">{to_agent}</span>}
              {error && <span class="failure">{error}</span>}
            </li>
          ))}
        </ul>
      )}
      {error && <p class="failure">{error}</p>}
      <dl class="facts">
        <dt>termination</dt><dd><span class="handoff" data-handoff={termination}><Icon name={TERMINATION[termination]} /> {termination}</span></dd>
        <dt>duration</dt><dd>{duration_ms.toLocaleString('en', { maximumFractionDigits: 1 })} ms</dd>
        <dt>kill</dt><dd class="id">{kill_id}</dd>
      </dl>
    </details>
  );
}
