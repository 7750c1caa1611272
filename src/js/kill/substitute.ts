import { reason } from '../arguments.js';
import { type Deadline, TIME_UP } from './deadline.js';

/** A step that a substitute may take over. */
export interface HandoffOffer {
  step_id: string;
  saga_id: string;
  session_id: string;
  from_agent: string;
  to_agent: string;
  kill_id: string;
  /** Whether the killed agent's attempt may have had its effect. */
  in_doubt: boolean;
}

/** Says whether a substitute takes a step. */
export type Accept = (offer: HandoffOffer) => boolean | Promise<boolean>;

/** A substitute's answer. Only `true` accepts. */
export async function ask(
  accept: Accept | undefined,
  offer: HandoffOffer,
  deadline: Deadline,
): Promise<{ accepted: boolean; error?: string }> {
  try {
    const answer = await Promise.race([accept?.(offer), deadline.passed]);
    if (answer === TIME_UP) return { accepted: false, error: 'did not answer in time' };
    if (answer === true) return { accepted: true };
    return answer === false ? { accepted: false } : { accepted: false, error: 'answered neither true nor false' };
  } catch (error) {
    return { accepted: false, error: reason(error) };
  }
}
