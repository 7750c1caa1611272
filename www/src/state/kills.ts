import { computed, effect, signal } from '@preact/signals';
import { type KillReason, type KillResult, KillSwitch, type Saga, type SagaSnapshot } from 'sagaward/slim';

import { clock, current, isElsewhere, isSimulated, now, present } from './saga.ts';
import { isPast, moment } from './travel.ts';

/** What an agent has to do with a saga. */
export interface Agent {
  readonly did: string;
  readonly killed: boolean;
  readonly steps: number;
  readonly executing: number;
}

export type Substitute = 'none' | keyof typeof ANSWERS;

/** What a substitute says to each step that it is offered. */
const ANSWERS = {
  accepts: () => true,
  declines: () => false,
  hangs: () => new Promise<boolean>(() => {}),
};

/** So long a kill waits for agents and substitutes by the clock on the wall; in a simulation it takes its usual time. */
const PATIENCE_MS = 1_000;

/** The records of this saga's kills, oldest first. */
const records = signal<readonly KillResult[]>([]);
/** Those that there were at the moment that is shown; a record tells also what was decided later. */
export const history = computed(() => {
  if (!isPast.value) return records.value;
  const known = new Set(moment.value?.log.flatMap((event) => (event.type === 'agent_killed' ? [event.kill_id] : [])));
  return records.value.filter(({ kill_id }) => known.has(kill_id));
});
/** The agents at the moment that is shown. */
export const agents = computed(() => (moment.value ? agentsOf(moment.value.snapshot) : []));
const agentsNow = computed(() => (present.value ? agentsOf(present.value.snapshot) : []));

/** How many kills are not decided yet. */
export const underWay = signal(0);

let kills: KillSwitch | undefined;
/** By killed agent. */
const standIns = new Map<string, string>();

/** The switch of the saga of this page. */
export function killSwitch(): KillSwitch | undefined {
  return kills;
}

/** From now on each saga has a kill switch of its own, at which its agents are registered. */
export function guardSagas(): void {
  effect(() => {
    guard(current.value);
  });
  effect(() => {
    for (const { did, killed } of agentsNow.value) {
      if (!killed && !kills?.isRegistered(did)) register(did);
    }
    // What a kill left open is decided with a later event.
    readHistory();
  });
}

export async function killAgent(agentDid: string, reason: KillReason, substitute: Substitute): Promise<KillResult | undefined> {
  const killSwitch = kills;
  const sessionId = current.peek()?.sessionId;
  if (!killSwitch || sessionId === undefined) return undefined;
  replaceStandIn(killSwitch, sessionId, agentDid, substitute);
  underWay.value += 1;
  try {
    const record = await killSwitch.kill({ agent_did: agentDid, session_id: sessionId, reason });
    // Another saga may have come meanwhile, with a switch of its own.
    return killSwitch === kills ? record : undefined;
  } finally {
    underWay.value -= 1;
    readHistory();
  }
}

/** Lets a killed agent work again. */
export function letBackIn(agentDid: string): void {
  register(agentDid);
  // The switch tells the sagas of its own kills; a restored saga may know of earlier ones.
  current.peek()?.handle({ type: 'agent_revived', at: now(), agent_did: agentDid });
}

/** It stands in for one agent alone, also for a step whose turn comes later. */
function replaceStandIn(killSwitch: KillSwitch, sessionId: string, agentDid: string, substitute: Substitute): void {
  const before = standIns.get(agentDid);
  if (before !== undefined) killSwitch.unregisterSubstitute(sessionId, before);
  standIns.delete(agentDid);
  if (substitute === 'none') return;
  const standIn = newcomer(killSwitch.substitutes(sessionId));
  killSwitch.registerSubstitute(sessionId, standIn, ({ from_agent }) => from_agent === agentDid && ANSWERS[substitute]());
  standIns.set(agentDid, standIn);
}

function guard(saga: Saga | undefined): void {
  kills?.free();
  kills = undefined;
  standIns.clear();
  records.value = [];
  if (!saga || isElsewhere.peek()) return;
  const time = clock();
  kills = new KillSwitch(time ? { clock: time } : { callbackTimeoutMs: PATIENCE_MS });
  // A run lets the kills in by itself.
  if (!isSimulated()) kills.attach(saga);
}

/** A simulated agent has ended when its actions have; behind one that is moved by hand stands nothing. */
function register(agentDid: string): void {
  kills?.registerAgent(agentDid, isSimulated() ? new AbortController() : () => {});
}

function readHistory(): void {
  const known = kills?.killHistory() ?? [];
  if (known.length > 0 || records.peek().length > 0) records.value = known;
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

/** Somebody who neither works on the saga, nor was killed, nor stands in for another. */
function newcomer(substitutes: readonly string[]): string {
  const known = new Set([...substitutes, ...agentsNow.peek().map(({ did }) => did)]);
  const did = (number: number) => `did:mesh:standby-${number}`;
  let number = 1;
  while (known.has(did(number))) number += 1;
  return did(number);
}
