import { useSignal } from '@preact/signals';
import type { KillReason } from 'sagaward/slim';

import { type Agent, killAgent, letBackIn, type Substitute } from '../state/kills.ts';
import { Icon } from '../ui/icon.tsx';
import { summary } from './summary.ts';

const REASONS = ['manual', 'behavioral_drift', 'rate_limit', 'ring_breach', 'quarantine_timeout', 'session_timeout'] as const satisfies KillReason[];

/** The agents; where they are shown as they were, there is nothing to be done. */
export function KillForm({ agents, readOnly }: { agents: readonly Agent[]; readOnly: boolean }) {
  const picked = useSignal<string | undefined>(undefined);
  const reason = useSignal<KillReason>('manual');
  const substitute = useSignal<Substitute>('none');
  const outcome = useSignal('');
  const chosen = agents.find(({ did }) => did === picked.value)
    ?? agents.find(({ executing }) => executing > 0)
    ?? agents.find(({ killed }) => !killed)
    ?? agents[0];

  const kill = async () => {
    if (!chosen) return;
    // The next press must not meet another agent.
    picked.value = chosen.did;
    const record = await killAgent(chosen.did, reason.value, substitute.value);
    if (record) outcome.value = summary(record);
  };

  return (
    <form
      class="kill-form"
      onSubmit={(event) => {
        event.preventDefault();
        void kill();
      }}
    >
      <fieldset class="agents">
        <legend>Agents</legend>
        {agents.map(({ did, killed, steps, executing }) => (
          <div class="agent" key={did} data-killed={killed}>
            <label>
              <input type="radio" name="agent" checked={did === chosen?.did} onChange={() => (picked.value = did)} />
              <span class="agent-did">{did}</span>
              <span class="agent-state"><Icon name={killed ? 'killed' : 'agent'} /> {killed ? 'killed' : work(steps, executing)}</span>
            </label>
            {killed && !readOnly && <button type="button" class="button small" aria-label={`Let back in ${did}`} onClick={() => letBackIn(did)}>Let back in</button>}
          </div>
        ))}
      </fieldset>
      {!readOnly && <div class="kill-choices">
        <label>
          <span>Reason</span>
          <select value={reason} onChange={({ currentTarget }) => (reason.value = currentTarget.value as KillReason)}>
            {REASONS.map((name) => <option key={name}>{name}</option>)}
          </select>
        </label>
        <label>
          <span>Substitute</span>
          <select value={substitute} onChange={({ currentTarget }) => (substitute.value = currentTarget.value as Substitute)}>
            <option value="none">none</option>
            <option value="accepts">one that accepts</option>
            <option value="declines">one that declines</option>
            <option value="hangs">one that hangs</option>
          </select>
        </label>
        <button type="submit" class="button danger"><Icon name="killed" /> Kill agent</button>
      </div>}
      <p class="unseen" role="status">{outcome}</p>
    </form>
  );
}

function work(steps: number, executing: number): string {
  return executing > 0 ? `executes ${executing} of ${steps}` : `${steps} ${steps === 1 ? 'step' : 'steps'}`;
}
