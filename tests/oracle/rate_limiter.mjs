// Sequences of calls of the rate limiter: arbitrary ones, what the reference is asked so that it stands where we stand, and ours.
import fc from 'fast-check';
import { AgentRateLimiter } from 'sagaward';
import { attempt } from './scenarios.mjs';

const { array, constantFrom, integer, oneof, option, tuple } = fc;

const DEFAULTS = { 0: [100, 200], 1: [50, 100], 2: [20, 40], 3: [5, 10] };
// The limiter's own allowance for what a sum of fractions loses.
const SLACK = 1e-6;

const agent = constantFrom('did', 'did:a');
const session = constantFrom('s', 'a:s');
const ring = constantFrom(3, 3, 3, 2, 1, 0);
const cost = oneof(
  { weight: 12, arbitrary: constantFrom(undefined, 1, 2.5, 4, 10, 0.1, 0.1, 0.3, 39, 100) },
  { weight: 1, arbitrary: constantFrom(0, -1, Infinity, NaN, 200.5, 1e-9) },
);
const call = oneof(
  { weight: 6, arbitrary: tuple(constantFrom('check', 'try_check'), agent, session, ring, cost) },
  { weight: 1, arbitrary: tuple(constantFrom('update_ring'), agent, session, ring) },
  { weight: 2, arbitrary: tuple(constantFrom('stats'), agent, session) },
);
const pause = oneof({ weight: 9, arbitrary: constantFrom(0, 0, 1, 7, 10, 20, 70, 100, 200, 333, 1000, 60_000) }, { weight: 1, arbitrary: integer({ min: -500, max: -1 }) });
const limits = tuple(constantFrom(0.3, 5, 1000), constantFrom(1, 10, 12.5));

export const scenario = tuple(
  option(fc.dictionary(constantFrom('0', '1', '2', '3'), limits, { minKeys: 1 }), { nil: undefined, freq: 2 }),
  array(tuple(pause, call), { minLength: 1, maxLength: 40 }),
).map(([ring_limits, list]) => {
  let at = Date.UTC(2026, 0, 31);
  const calls = list.flatMap(([pause, [method, ...rest]]) => [[(at += pause), method, ...rest], [at, 'tracked_agents']]);
  return { given: ring_limits === undefined ? {} : { ring_limits }, calls };
});

/**
 * The calls that the reference needs in place of each one, for the differences of docs/differences.md to vanish,
 * and what its answers let us expect of ours.
 */
export function asked({ given, calls }) {
  const differences = new Set();
  const limits = { ...DEFAULTS, ...given.ring_limits };
  if (given.ring_limits && Object.keys(given.ring_limits).length < 4) differences.add('Rings without a limit');
  const pairs = new Map();
  const session = namesOfSessions(calls, differences);
  const differently = (name) => differences.add(name) && [];

  const request = (at, method, agent, session_id, ring, cost = 1) => {
    if (!(Number.isFinite(cost) && cost > 0)) return { refused: 'bad_argument', calls: differently('Costs above 0') };
    if (cost > limits[ring][1]) return { refused: 'cost_exceeds_burst', calls: differently('Costs above the burst') };
    const pair = known(at, agent, session_id, ring);
    const before = [['forgive_rounding', agent, pair.session, cost, SLACK]];
    if (pair.ring !== ring) {
      differently('The ring of a request');
      before.unshift(['update_ring_and_keep_tokens', agent, pair.session, ring]);
    }
    pair.ring = ring;
    pair.asked = true;
    return { calls: [...before, [method, agent, pair.session, ring, cost]].map((one) => [pair.at, ...one]) };
  };
  const instead = {
    check: (at, ...rest) => request(at, 'check', ...rest),
    try_check: (at, ...rest) => request(at, 'try_check', ...rest),
    update_ring(at, agent, session_id, ring) {
      const pair = known(at, agent, session_id, ring);
      pair.ring = ring;
      differently(pair.asked ? 'A ring change is no gift' : 'Stats before the first request');
      return { calls: [['know', agent, pair.session, ring], ['update_ring_and_keep_tokens', agent, pair.session, ring]].map((one) => [pair.at, ...one]) };
    },
    stats(at, agent, session_id) {
      const pair = pairs.get(JSON.stringify([agent, session_id])) && known(at, agent, session_id);
      return { calls: [[pair?.at ?? at, 'stats', agent, session(agent, session_id)]] };
    },
    tracked_agents: (at) => ({ calls: [[at, 'tracked_agents']] }),
  };

  /** What both limiters know of the pair, whose time never runs backwards. */
  function known(at, agent, session_id, ring) {
    const name = JSON.stringify([agent, session_id]);
    const pair = pairs.get(name) ?? { ring, at, session: session(agent, session_id) };
    pairs.set(name, pair);
    if (at < pair.at) differently('A clock that goes backwards');
    pair.at = Math.max(at, pair.at);
    return pair;
  }

  const translated = calls.map(([at, method, ...rest]) => instead[method](at, ...rest));
  return {
    question: { machine: 'rate_limiter', given: given.ring_limits ? { ring_limits: limits } : {}, calls: translated.flatMap((one) => one.calls) },
    expected: (answers) => {
      let next = 0;
      const ofEach = translated.map(({ refused, calls }) => {
        const these = answers.slice(next, (next += calls.length));
        if (calls.some(([, method], i) => method === 'forgive_rounding' && these[i].value)) differently('Rounding is forgiven');
        return refused ? { raised: refused } : these.at(-1);
      });
      return { differences, answers: ofEach };
    },
  };
}

/** The session's name for the reference: its own, unless two pairs would share a bucket. */
function namesOfSessions(calls, differences) {
  const joined = new Map();
  for (const [, , agent, session] of calls) if (agent !== undefined) joined.set(JSON.stringify([agent, session]), `${agent}:${session}`);
  if (new Set(joined.values()).size === joined.size) return (_, session) => session;
  differences.add('Pairs that read alike');
  return (agent, session) => `${session} of ${JSON.stringify(agent)}`;
}

export function ours({ given, calls, options }) {
  let now = 0;
  const ringLimits = Object.fromEntries(Object.entries(given.ring_limits ?? {}).map(([ring, [rate, burst]]) => [ring, { rate, burst }]));
  const limiter = new AgentRateLimiter({ ...options, ringLimits, now: () => now });
  const methods = {
    check: (...rest) => limiter.check(...rest),
    try_check: (...rest) => limiter.tryCheck(...rest),
    update_ring: (...rest) => limiter.updateRing(...rest),
    stats: (...rest) => limiter.stats(...rest),
    tracked_agents: () => limiter.trackedAgents,
  };
  const answers = calls.map(([at, method, ...rest]) => {
    now = at;
    return attempt(() => methods[method](...rest));
  });
  limiter.free();
  return answers;
}
