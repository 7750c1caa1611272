import { id, json, object } from '../arguments.js';
import { SagawardError } from '../errors.js';
import type { KillRequest } from '../sagaward_bg.js';
import { withState } from '../state.js';

/** The request as JSON text. Throws where it is wrong; without a core, where its ids are. */
export function written(request: KillRequest): string {
  const { in_flight_steps: steps, details, ...rest } = object(request, 'the request');
  id(rest.agent_did, 'agent_did');
  id(rest.session_id, 'session_id');
  const in_flight_steps = Array.isArray(steps) ? steps.map(named) : plain(steps);
  const requestText = json({ ...rest, details: plain(details), in_flight_steps }, 'the request');
  try {
    withState(({ KillSwitchCore }) => KillSwitchCore.check(requestText));
  } catch (error) {
    if (!(error instanceof SagawardError && error.code === 'poisoned')) throw error;
  }
  return requestText;
}

/** Of a step no more than names it: whatever else it holds must not stop a kill. */
function named(step: unknown): unknown {
  try {
    if (typeof step !== 'object' || step === null || Array.isArray(step)) return plain(step);
    const { step_id, saga_id } = step as Record<string, unknown>;
    return { step_id: plain(step_id), saga_id: plain(saga_id) };
  } catch {
    return null;
  }
}

/** A value as shallow JSON that keeps its kind; the core says whether it is the right one. */
function plain(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
      return value.replace(/\p{Surrogate}/gu, '\ufffd');
    case 'object':
      return value && (Array.isArray(value) ? [] : {});
    case 'bigint':
      return 0;
    case 'symbol':
    case 'function':
      return {};
    default:
      return value;
  }
}
