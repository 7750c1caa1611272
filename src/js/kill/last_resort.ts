import type { KillRequest, KillResult } from '../sagaward_bg.js';
import type { Ended } from './terminate.js';

/** The record of a kill whose core is dead or freed: the agent was ended, nothing else is known. */
export function lastResort(request: KillRequest, killId: string, begun: number, now: number, ended: Ended): KillResult {
  const why = 'the core is dead or was freed: nothing was handed over, rolled back or kept';
  // Nobody has judged the steps.
  const steps: unknown = request.in_flight_steps;
  return {
    kill_id: killId,
    agent_did: request.agent_did,
    session_id: request.session_id,
    reason: request.reason,
    timestamp: new Date(begun).toISOString(),
    handoffs: (Array.isArray(steps) ? steps : []).map((step) => ({
      step_id: String(step?.step_id ?? ''),
      saga_id: String(step?.saga_id ?? ''),
      from_agent: request.agent_did,
      to_agent: null,
      status: 'failed',
      in_doubt: true,
      error: why,
    })),
    handoff_success_count: 0,
    compensation_triggered: false,
    terminated: ended.outcome === 'confirmed',
    termination: ended.outcome,
    error: ended.error ? `${ended.error}; ${why}` : why,
    duration_ms: Math.max(0, now - begun),
    details: request.details ?? '',
  };
}
