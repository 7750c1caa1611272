import { callable, id, json, number, object } from './arguments.js';
import { SagawardError } from './errors.js';
import type { RateDecision, RateLimitStats, RateLimiterCore } from './sagaward_bg.js';
import { release, withState } from './state.js';

/** A privilege ring: 0 is root, 3 the sandbox. */
export type Ring = 0 | 1 | 2 | 3;

export interface RateLimiterOptions {
  /** Tokens a second and the most tokens there can be; defaults 100/200, 50/100, 20/40, 5/10. */
  ringLimits?: Partial<Record<Ring, { rate: number; burst: number }>>;
  /** The most pairs of agent and session that are tracked. Default 100,000. */
  maxBuckets?: number;
  /** Milliseconds of a clock that does not go backwards. Default `performance.now`. */
  now?: () => number;
}

/** Limits how often an agent may act: a token bucket for each pair of agent and session. */
export class AgentRateLimiter {
  #core: RateLimiterCore | undefined;
  readonly #now: () => number;

  constructor(options: RateLimiterOptions = {}) {
    const { now = () => performance.now(), ...rest } = object(options, 'the options');
    this.#now = callable(now, 'now');
    const settings = json(rest, 'the options');
    this.#core = withState(({ RateLimiterCore }) => RateLimiterCore.create(settings));
  }

  /** Takes the cost (default 1), or throws RateLimitExceeded. */
  check(agentDid: string, sessionId: string, ring: Ring, cost = 1): true {
    this.#ask(agentDid, sessionId, (core, now) => core.check(agentDid, sessionId, number(ring, 'ring'), number(cost, 'cost'), now));
    return true;
  }

  /** Takes the cost (default 1), or says false. */
  tryCheck(agentDid: string, sessionId: string, ring: Ring, cost = 1): boolean {
    return this.#ask(agentDid, sessionId, (core, now) => core.tryCheck(agentDid, sessionId, number(ring, 'ring'), number(cost, 'cost'), now));
  }

  /** Takes the cost (default 1) where it may, and says all about it. */
  decide(agentDid: string, sessionId: string, ring: Ring, cost = 1): RateDecision {
    return this.#ask(agentDid, sessionId, (core, now) => core.decide(agentDid, sessionId, number(ring, 'ring'), number(cost, 'cost'), now)) as RateDecision;
  }

  /** Puts a pair into another ring at once; it keeps the tokens that the new burst can hold. */
  updateRing(agentDid: string, sessionId: string, ring: Ring): void {
    this.#ask(agentDid, sessionId, (core, now) => core.updateRing(agentDid, sessionId, number(ring, 'ring'), now));
  }

  /** What is known of a pair; `undefined` where it never asked, or was idle and had to make room. */
  stats(agentDid: string, sessionId: string): RateLimitStats | undefined {
    return JSON.parse(this.#ask(agentDid, sessionId, (core, now) => core.stats(agentDid, sessionId, now))) ?? undefined;
  }

  /** The number of pairs that are tracked. */
  get trackedAgents(): number {
    return withState(() => this.#open().trackedAgents);
  }

  /** Gives the memory back. The limiter can no longer be used; a second time does nothing. */
  free(): void {
    release(this.#core);
    this.#core = undefined;
  }

  [Symbol.dispose](): void {
    this.free();
  }

  #ask<T>(agentDid: string, sessionId: string, work: (core: RateLimiterCore, now: number) => T): T {
    const core = this.#open();
    id(agentDid, 'agentDid');
    id(sessionId, 'sessionId');
    const now = number(this.#now(), 'now()');
    return withState(() => work(core, now));
  }

  #open(): RateLimiterCore {
    if (!this.#core) throw new SagawardError('closed', 'The limiter was freed.');
    return this.#core;
  }
}
