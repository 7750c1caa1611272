import { computed, effect, signal } from '@preact/signals';
import { type KillReason, type KillResult, KillSwitch, type Saga, type SagaSnapshot } from 'sagaward/slim';

import { current, moment } from './saga.ts';

/** What an agent has to do with a saga. */
export interface Agent {
  readonly did: string;
  readonly killed: boolean;
  readonly steps: number;
  readonly executing: number;
}

export type Substitute = 'none' | 'accepts' | 'declines';

/** The records of this saga's kills, oldest first. */
export const history = signal<readonly KillResult[]>([]);
export const agents = computed(() => (moment.value ? agentsOf(moment.value.snapshot) : []));

let kills: KillSwitch | undefined;

/** From now on each saga has a kill switch of its own, at which its agents are registered. */
export function guardSagas(): void {
  effect(() => {
    if (current.value) guard(current.value);
  });
  effect(() => {
    for (const { did, killed } of agents.value) {
      if (!killed && !kills?.isRegistered(did)) register(did);
    }
  });
}

export async function killAgent(agentDid: string, reason: KillReason, substitute: Substitute): Promise<KillResult | undefined> {
  const killSwitch = kills;
  const sessionId = current.peek()?.sessionId;
  if (!killSwitch || sessionId === undefined) return undefined;
  const standIn = newcomer();
  if (substitute !== 'none') killSwitch.registerSubstitute(sessionId, standIn, () => substitute === 'accepts');
  const record = await killSwitch.kill({ agent_did: agentDid, session_id: sessionId, reason });
  // Another saga may have come meanwhile, with a switch of its own.
  if (killSwitch !== kills) return undefined;
  killSwitch.unregisterSubstitute(sessionId, standIn);
  history.value = killSwitch.killHistory();
  return record;
}

/** Lets a killed agent work again. */
export function letBackIn(agentDid: string): void {
  register(agentDid);
  // The switch tells the sagas of its own kills; a restored saga may know of earlier ones.
  current.peek()?.handle({ type: 'agent_revived', at: Date.now(), agent_did: agentDid });
}

function guard(saga: Saga): void {
  kills?.free();
  kills = new KillSwitch();
  kills.attach(saga);
  history.value = [];
}

/** Behind an agent of this page stands nothing that would have to be ended. */
function register(agentDid: string): void {
  kills?.registerAgent(agentDid, () => {});
}

function agentsOf({ steps, killed: blocked }: SagaSnapshot): Agent[] {
  const killed = blocked.map(({ agent_did }) => agent_did);
  const byDid = new Map<string, Agent>();
  const none = (did: string): Agent => ({ did, killed: killed.includes(did), steps: 0, executing: 0 });
  for (const { agent_did: did, state } of steps) {
    const agent = byDid.get(did) ?? none(did);
    byDid.set(did, { ...agent, steps: agent.steps + 1, executing: agent.executing + (state === 'executing' ? 1 : 0) });
  }
  // Last those whose steps others have now.
  for (const did of killed) if (!byDid.has(did)) byDid.set(did, none(did));
  return [...byDid.values()];
}

/** Somebody who neither works on the saga nor was killed. */
function newcomer(): string {
  const known = new Set(agents.peek().map(({ did }) => did));
  const did = (number: number) => `did:mesh:standby-${number}`;
  let number = 1;
  while (known.has(did(number))) number += 1;
  return did(number);
}
