import { reason } from '../arguments.js';
import { SagawardError } from '../errors.js';
import type { KillReason, TerminationOutcome } from '../sagaward_bg.js';
import { type Deadline, TIME_UP } from './deadline.js';

/** What a termination callback is told. */
export interface KillContext {
  killId: string;
  agentDid: string;
  sessionId: string;
  reason: KillReason;
  details: string;
  /** Aborted when the time is up. */
  signal: AbortSignal;
}

/** What ends an agent: a callback, which may return a promise, or what it listens to. */
export type Termination = ((context: KillContext) => unknown) | AbortController;

export interface Ended {
  outcome: TerminationOutcome;
  error?: string;
}

/** Ends an agent, or says how that failed. Never throws, never takes longer than the timeout. */
export async function terminate(
  termination: Termination | undefined,
  context: Omit<KillContext, 'signal'>,
  begin: () => Deadline,
  settled: () => Promise<void> | undefined,
): Promise<Ended> {
  if (!termination) return { outcome: 'no_handler' };
  const timeUp = new AbortController();
  const deadline = begin();
  try {
    const isCallback = typeof termination === 'function';
    const ended = isCallback ? termination({ ...context, signal: timeUp.signal }) : abort(termination, context, settled);
    if ((await Promise.race([ended, deadline.passed])) !== TIME_UP) return { outcome: isCallback ? 'confirmed' : 'signalled' };
    timeUp.abort(new SagawardError('timed_out', `The termination callback had ${deadline.ms} ms.`));
    return isCallback ? { outcome: 'timed_out', error: `the termination callback did not settle within ${deadline.ms} ms` } : { outcome: 'signalled' };
  } catch (error) {
    return { outcome: 'threw', error: reason(error) };
  } finally {
    deadline.clear();
  }
}

function abort(controller: AbortController, context: Omit<KillContext, 'signal'>, settled: () => Promise<void> | undefined): Promise<void> | undefined {
  controller.abort(killed(context.agentDid));
  return settled();
}

/** Why a signal was aborted. */
export function killed(agentDid: string): SagawardError {
  return new SagawardError('killed', `The agent '${agentDid}' was killed.`);
}
