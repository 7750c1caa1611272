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

interface Answer {
  accepted: boolean;
  error?: string;
}

/** What the substitutes that want to be asked are asked by. */
export class Substitutes {
  readonly #accepts = new Map<string, Map<string, Accept>>();

  set(sessionId: string, agentDid: string, accept: Accept | undefined): void {
    const session = this.#accepts.get(sessionId) ?? new Map<string, Accept>();
    if (accept) session.set(agentDid, accept);
    else session.delete(agentDid);
    if (session.size > 0) this.#accepts.set(sessionId, session);
    else this.#accepts.delete(sessionId);
  }

  /** The answers in the order of the offers. Never throws, never takes longer than the deadline. */
  async ask(offers: HandoffOffer[], deadline: Deadline): Promise<Answer[]> {
    const answers = await Promise.all(offers.map((offer) => answer(this.#accepts.get(offer.session_id)?.get(offer.to_agent), offer, deadline)));
    deadline.clear();
    return answers;
  }
}

/** Only `true` accepts. */
async function answer(accept: Accept | undefined, offer: HandoffOffer, deadline: Deadline): Promise<Answer> {
  try {
    const said: unknown = await Promise.race([accept?.(offer), deadline.passed]);
    if (said === TIME_UP) return { accepted: false, error: 'did not answer in time' };
    if (typeof said === 'boolean') return { accepted: said };
    return { accepted: false, error: 'answered neither true nor false' };
  } catch (error) {
    return { accepted: false, error: reason(error) };
  }
}
