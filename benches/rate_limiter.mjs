// One decision for one of many agents, beside token buckets in JavaScript in a map.
import assert from 'node:assert/strict';
import { TokenBucket } from 'limiter';
import { AgentRateLimiter } from 'sagaward';
import { names } from './peers.mjs';

const AGENTS = Array.from({ length: 1000 }, (_, i) => `did:mesh:worker-${i}`);
const SESSION = 'session:nightly';

/** Each gives a function that decides for an agent. */
const limiters = {
  [names.sagaward]({ rate, burst }) {
    const limiter = new AgentRateLimiter({ ringLimits: { 3: { rate, burst } } });
    return (agent) => limiter.tryCheck(agent, SESSION, 3);
  },
  [`${names.limiter} in a Map`]({ rate, burst }) {
    const buckets = new Map();
    return (agent) => {
      const key = JSON.stringify([agent, SESSION]);
      let bucket = buckets.get(key);
      if (!bucket) {
        bucket = new TokenBucket({ bucketSize: burst, tokensPerInterval: rate, interval: 'second' });
        bucket.content = burst;
        buckets.set(key, bucket);
      }
      return bucket.tryRemoveTokens(1);
    };
  },
};

const cases = {
  'allowed': { limit: { rate: 1e9, burst: 1e9 }, used: 0, verdict: true },
  // So slow that no token comes back meanwhile.
  'refused': { limit: { rate: 1e-9, burst: 3 }, used: 3, verdict: false },
};

export const title = 'Decisions of a rate limiter, 1,000 agents';
export const perSecond = true;
export const rows = Object.entries(cases).map(([name, { limit, used, verdict }]) => ({
  name,
  candidates: Object.fromEntries(Object.entries(limiters).map(([who, make]) => {
    const decide = make(limit);
    for (const agent of AGENTS) for (let i = 0; i < used; i += 1) decide(agent);
    let next = 0;
    return [who, () => decide(AGENTS[(next = (next + 1) % AGENTS.length)])];
  })),
  check() {
    for (const [who, make] of Object.entries(limiters)) {
      const decide = make(limit);
      for (const agent of AGENTS.slice(0, 3)) {
        const verdicts = Array.from({ length: used + 1 }, () => decide(agent));
        assert.deepEqual(verdicts, [...Array(used).fill(true), verdict], who);
      }
    }
  },
}));
