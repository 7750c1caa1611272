import { computed } from '@preact/signals';
import type { HandoffStatus, SagaEvent } from 'sagaward/slim';

import { openedAt } from '../state/saga.ts';
import { moment } from '../state/travel.ts';
import { Icon } from '../ui/icon.tsx';
import { Time } from '../ui/time.tsx';
import { HANDOFF } from './record.tsx';

interface Told {
  readonly killId: string;
  readonly agent: string;
  readonly at: string;
  readonly steps: ReadonlyMap<string, { readonly status: HandoffStatus; readonly toAgent?: string }>;
}

/** The kills from before a saga was opened, the last one first: their records are elsewhere. */
export const told = computed(() => killsIn((moment.value?.log ?? []).filter(({ seq }) => seq <= openedAt.value)).toReversed());

function killsIn(log: readonly SagaEvent[]): Told[] {
  const kills = new Map<string, Told & { steps: Map<string, { status: HandoffStatus; toAgent?: string }> }>();
  for (const event of log) {
    switch (event.type) {
      case 'agent_killed':
        kills.set(event.kill_id, { killId: event.kill_id, agent: event.agent_did, at: event.at, steps: new Map() });
        break;
      case 'step_fenced':
        kills.get(event.kill_id)?.steps.set(event.step_id, { status: 'pending' });
        break;
      case 'step_handed_off':
        kills.get(event.kill_id)?.steps.set(event.step_id, { status: 'handed_off', toAgent: event.to_agent });
        break;
      case 'step_abandoned':
        kills.get(event.kill_id)?.steps.set(event.step_id, { status: 'compensated' });
        break;
    }
  }
  return [...kills.values()];
}

export function ToldKill({ kill: { agent, at, steps } }: { kill: Told }) {
  return (
    <div class="record">
      <p class="record-line"><span class="record-agent">{agent}</span><Time at={at} /></p>
      <ul class="handoffs">
        {[...steps].map(([id, { status, toAgent }]) => (
          <li key={id}>
            <span class="step-id">{id}</span>
            <span class="handoff" data-handoff={status}><Icon name={HANDOFF[status]} /> {status}</span>
            {toAgent && <span class="id">{toAgent}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}
