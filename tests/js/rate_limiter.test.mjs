// How often an agent may act, under a clock that the test moves.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AgentRateLimiter, RateLimitExceeded, SagawardError } from 'sagaward';

const A = 'did:a';
const S = 'session-1';

/** A limiter and its clock, in milliseconds. */
function virtual(options) {
  const clock = { ms: 0 };
  return { clock, limiter: new AgentRateLimiter({ now: () => clock.ms, ...options }) };
}
const take = (limiter, count, ring = 3, cost = 1) => Array.from({ length: count }, () => limiter.tryCheck(A, S, ring, cost));

const rings = { 0: { rate: 100, burst: 200 }, 1: { rate: 50, burst: 100 }, 2: { rate: 20, burst: 40 }, 3: { rate: 5, burst: 10 } };
for (const [ring, { rate, burst }] of Object.entries(rings)) {
  test(`ring ${ring} holds ${burst} tokens and gets ${rate} back in a second`, () => {
    const { clock, limiter } = virtual();
    assert.deepEqual(take(limiter, burst + 1, Number(ring)), [...Array(burst).fill(true), false]);
    clock.ms = 1_000;
    assert.deepEqual(take(limiter, rate + 1, Number(ring)), [...Array(rate).fill(true), false]);
    clock.ms = 3_600_000;
    assert.equal(limiter.stats(A, S).tokens_available, burst);
  });
}

test('check takes the cost, or throws with what the caller needs to know', () => {
  const { limiter } = virtual();
  assert.equal(limiter.check(A, S, 3, 10), true);
  assert.throws(() => limiter.check(A, S, 3, 2), (error) => {
    assert.ok(error instanceof RateLimitExceeded && error instanceof SagawardError && error instanceof Error);
    assert.deepEqual({ ...error }, { name: 'RateLimitExceeded', code: 'rate_limit_exceeded', agent_did: A, ring: 3, retry_after_ms: 400 });
    assert.equal(error.message, 'Agent did:a exceeded rate limit for ring 3 (1 rejections)');
    return true;
  });
});

test('decide says all about the request', () => {
  const { clock, limiter } = virtual();
  assert.deepEqual(limiter.decide(A, S, 3, 9.5), { allowed: true, tokens_available: 0.5, capacity: 10, retry_after_ms: 0 });
  assert.deepEqual(limiter.decide(A, S, 3), { allowed: false, tokens_available: 0.5, capacity: 10, retry_after_ms: 100 });
  clock.ms = 99;
  assert.equal(limiter.decide(A, S, 3).allowed, false);
  clock.ms = 100;
  assert.equal(limiter.decide(A, S, 3).allowed, true, 'after retry_after_ms it is let through');
});

test('a refused request takes nothing', () => {
  const { limiter } = virtual();
  assert.deepEqual([...take(limiter, 3, 3, 4)], [true, true, false]);
  assert.equal(limiter.stats(A, S).tokens_available, 2);
});

test('never more than burst + rate × time, however the requests fall', () => {
  const { clock, limiter } = virtual();
  let taken = 0;
  for (; clock.ms < 60_000; clock.ms += 7) if (limiter.tryCheck(A, S, 3, 0.25)) taken += 0.25;
  assert.ok(taken <= 10 + 5 * 60 && taken > 10 + 5 * 60 - 1, `${taken}`);
});

test('each pair of agent and session has a bucket of its own', () => {
  const { limiter } = virtual();
  take(limiter, 10);
  for (const [agent, session] of [[A, 'session-2'], ['did:b', S], [`${A}s`, 'ession-1'], ['did', `:a${S}`]]) {
    assert.equal(limiter.decide(agent, session, 3).tokens_available, 9, `${agent} in ${session}`);
  }
  assert.equal(limiter.trackedAgents, 5);
});

test('a clock that goes backwards adds nothing, and does not add twice', () => {
  const { clock, limiter } = virtual();
  clock.ms = 10_000;
  take(limiter, 10);
  for (const [ms, tokens] of [[0, 0], [10_000, 0], [10_200, 1], [5_000, 1], [10_200, 1]]) {
    clock.ms = ms;
    assert.equal(limiter.stats(A, S).tokens_available, tokens);
  }
});

test('a ring change applies at once and keeps the tokens that fit', () => {
  const { clock, limiter } = virtual();
  limiter.check(A, S, 0, 150);
  limiter.updateRing(A, S, 3);
  assert.deepEqual([limiter.stats(A, S).ring, limiter.stats(A, S).tokens_available, limiter.stats(A, S).capacity], [3, 10, 10]);
  limiter.check(A, S, 3, 10);
  limiter.updateRing(A, S, 0);
  assert.equal(limiter.stats(A, S).tokens_available, 0, 'a higher ring is no gift');
  clock.ms = 1_000;
  assert.equal(limiter.decide(A, S, 3).tokens_available, 9, 'a request in another ring changes it too');
});

test('stats count requests and refusals', () => {
  const { limiter } = virtual();
  assert.equal(limiter.stats(A, S), undefined);
  take(limiter, 12);
  assert.deepEqual(limiter.stats(A, S), { agent_did: A, ring: 3, total_requests: 12, rejected_requests: 2, tokens_available: 0, capacity: 10 });
});

test('rings can be set; those that are not keep their limits', () => {
  const { limiter } = virtual({ ringLimits: { 3: { rate: 1, burst: 2 } } });
  assert.deepEqual([limiter.decide(A, S, 3).capacity, limiter.decide(A, S, 2).capacity], [2, 40]);
});

test('a full limiter lets go of pairs that are idle, and only of those', () => {
  const { clock, limiter } = virtual({ maxBuckets: 2 });
  limiter.check('busy', S, 3, 10);
  limiter.check('idle', S, 3, 1);
  assert.throws(() => limiter.check('new', S, 3), { code: 'limiter_full', message: /maxBuckets/ });
  clock.ms = 200;
  assert.equal(limiter.check('new', S, 3), true);
  assert.deepEqual([limiter.trackedAgents, limiter.stats('idle', S), limiter.stats('busy', S).tokens_available], [2, undefined, 1]);
});

test('without a clock it goes by its own', () => {
  const limiter = new AgentRateLimiter();
  assert.equal(limiter.check(A, S, 0), true);
  assert.ok(limiter.stats(A, S).tokens_available <= 200);
});

const bad = {
  'an agent that is a number': [(limiter) => limiter.check(5, S, 3), 'bad_argument', /agentDid must be a string, not number/],
  'no session': [(limiter) => limiter.check(A), 'bad_argument', /sessionId must be a string, not undefined/],
  'half a character': [(limiter) => limiter.check('\ud83d', S, 3), 'bad_argument', /agentDid.*surrogate/],
  'no ring': [(limiter) => limiter.check(A, S), 'bad_argument', /ring must be a number, not undefined/],
  'ring 4': [(limiter) => limiter.check(A, S, 4), 'bad_argument', /ring must be 0, 1, 2 or 3, not 4/],
  'ring 256': [(limiter) => limiter.tryCheck(A, S, 256), 'bad_argument', /256/],
  'ring 0.5': [(limiter) => limiter.decide(A, S, 0.5), 'bad_argument', /0\.5/],
  'ring -1': [(limiter) => limiter.updateRing(A, S, -1), 'bad_argument', /-1/],
  'ring "3"': [(limiter) => limiter.check(A, S, '3'), 'bad_argument', /ring must be a number, not string/],
  'no cost at all': [(limiter) => limiter.check(A, S, 3, 0), 'bad_argument', /cost must be finite and above 0, not 0/],
  'a negative cost': [(limiter) => limiter.check(A, S, 3, -1), 'bad_argument', /cost.*-1/],
  'a cost of NaN': [(limiter) => limiter.check(A, S, 3, NaN), 'bad_argument', /cost.*NaN/],
  'an endless cost': [(limiter) => limiter.check(A, S, 3, Infinity), 'bad_argument', /cost.*Infinity/],
  'a cost that is text': [(limiter) => limiter.check(A, S, 3, '1'), 'bad_argument', /cost must be a number, not string/],
  'a cost above the burst': [(limiter) => limiter.check(A, S, 3, 11), 'cost_exceeds_burst', /11.*ring 3 is 10/],
  'stats of a number': [(limiter) => limiter.stats(1, S), 'bad_argument', /agentDid/],
  'a clock that gives NaN': [() => new AgentRateLimiter({ now: () => NaN }).check(A, S, 3), 'bad_argument', /NaN/],
  'a clock that gives text': [() => new AgentRateLimiter({ now: () => 'noon' }).check(A, S, 3), 'bad_argument', /now\(\)/],
  'a clock that is a time': [() => new AgentRateLimiter({ now: 5 }), 'bad_argument', /now must be a function/],
  'options that are null': [() => new AgentRateLimiter(null), 'bad_argument', /options/],
  'an unknown option': [() => new AgentRateLimiter({ rings: {} }), 'bad_option', /rings/],
  'a ring that is none': [() => new AgentRateLimiter({ ringLimits: { 4: { rate: 1, burst: 1 } } }), 'bad_option', /ringLimits\.4.*`4`/],
  'a rate of 0': [() => new AgentRateLimiter({ ringLimits: { 0: { rate: 0, burst: 1 } } }), 'bad_option', /ringLimits\[0\]\.rate/],
  'an endless burst': [() => new AgentRateLimiter({ ringLimits: { 0: { rate: 1, burst: Infinity } } }), 'bad_option', /burst/],
  'half a limit': [() => new AgentRateLimiter({ ringLimits: { 0: { rate: 1 } } }), 'bad_option', /burst/],
  'no bucket': [() => new AgentRateLimiter({ maxBuckets: 0 }), 'bad_option', /maxBuckets/],
  'half a bucket': [() => new AgentRateLimiter({ maxBuckets: 0.5 }), 'bad_option', /maxBuckets/],
};
for (const [name, [call, code, message]] of Object.entries(bad)) {
  test(`bad use throws and takes nothing: ${name}`, () => {
    const { limiter } = virtual();
    assert.throws(() => call(limiter), (error) => {
      assert.ok(error instanceof SagawardError, String(error));
      assert.equal(error.code, code, error.message);
      assert.match(error.message, message);
      return true;
    });
    assert.equal(limiter.trackedAgents, 0);
  });
}

const uses = {
  check: (limiter) => limiter.check(A, S, 3),
  tryCheck: (limiter) => limiter.tryCheck(A, S, 3),
  decide: (limiter) => limiter.decide(A, S, 3),
  updateRing: (limiter) => limiter.updateRing(A, S, 3),
  stats: (limiter) => limiter.stats(A, S),
  trackedAgents: (limiter) => limiter.trackedAgents,
};
for (const [name, use] of Object.entries(uses)) {
  test(`a freed limiter is closed: ${name}`, () => {
    const { limiter } = virtual();
    limiter.free();
    limiter[Symbol.dispose]();
    assert.throws(() => use(limiter), { name: 'SagawardError', code: 'closed' });
  });
}
