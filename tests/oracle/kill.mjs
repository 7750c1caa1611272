// Sequences of calls of the kill switch: arbitrary ones, what the reference is asked so that it stands where we stand, and ours.
import fc from 'fast-check';
import { KillSwitch } from 'sagaward';
import { attempt } from './scenarios.mjs';

const { array, constantFrom, nat, oneof, option, record, tuple } = fc;

const agent = constantFrom('did:a', 'did:b', 'did:c', '');
const session = constantFrom('s', 't');
const step = record({
  step_id: constantFrom('one', 'two', 'three'),
  saga_id: constantFrom('saga:1', 'saga:2'),
}, { requiredKeys: [] });
const request = record({
  agent_did: agent,
  session_id: session,
  reason: constantFrom('behavioral_drift', 'rate_limit', 'ring_breach', 'manual', 'quarantine_timeout', 'session_timeout'),
  in_flight_steps: array(step, { maxLength: 4 }),
  details: constantFrom('', 'why 🚀'),
}, { requiredKeys: ['agent_did', 'session_id', 'reason'] });

const call = oneof(
  tuple(constantFrom('register_agent'), agent, constantFrom('returns', 'returns', 'throws')),
  tuple(constantFrom('unregister_agent'), agent),
  tuple(constantFrom('register_substitute'), session, agent),
  tuple(constantFrom('register_substitute'), session, agent),
  tuple(constantFrom('unregister_substitute'), session, agent),
  tuple(constantFrom('kill'), request),
  tuple(constantFrom('kill'), request),
);

export const scenario = array(tuple(nat(1000), call), { minLength: 1, maxLength: 20 }).map((list) => {
  let at = Date.UTC(2026, 0, 31);
  const calls = list.flatMap(([pause, [method, ...rest]]) => [[(at += pause), method, ...rest], [at, 'state']]);
  return { given: {}, calls: [...calls, [at, 'history']] };
});

/**
 * The calls that the reference needs in place of each one, for the differences of docs/differences.md to vanish,
 * and what its answers let us expect of ours.
 */
export function asked({ calls }) {
  const differences = new Set();
  const throwing = new Set();
  const moved = new Map();
  const substitutes = new Map();
  const list = (session) => substitutes.get(session) ?? substitutes.set(session, new Set()).get(session);

  const instead = {
    register_agent(agent, callback) {
      moved.delete(agent);
      throwing[callback === 'throws' ? 'add' : 'delete'](agent);
      return [['register_agent', agent, callback]];
    },
    unregister_agent(agent) {
      throwing.delete(agent);
      return [['unregister_agent', agent]];
    },
    register_substitute(session, agent) {
      const refused = moved.has(agent) ? 'Killed substitutes' : list(session).has(agent) ? 'Substitutes registered twice' : undefined;
      if (refused) {
        differences.add(refused);
        return [];
      }
      list(session).add(agent);
      return [['register_substitute', session, agent]];
    },
    unregister_substitute(session, agent) {
      list(session).delete(agent);
      return [['unregister_substitute', session, agent]];
    },
    kill(request) {
      const { agent_did: agent, session_id, in_flight_steps } = request;
      const before = [];
      if (throwing.delete(agent)) {
        differences.add('Callbacks that throw');
        before.push(['unregister_agent', agent]);
      }
      for (const [session, agents] of substitutes) {
        if (agents.delete(agent) && session !== session_id) {
          differences.add('Killed substitutes');
          before.push(['unregister_substitute', session, agent]);
        }
      }
      const name = ({ step_id = '', saga_id = '' }) => JSON.stringify([saga_id, step_id]);
      const known = moved.get(agent) ?? new Set();
      const left = in_flight_steps?.filter((one) => !known.has(name(one)));
      if (left?.length !== in_flight_steps?.length) differences.add('Killed twice');
      moved.set(agent, new Set([...known, ...(left ?? []).map(name)]));
      return [...before, ['kill', { ...request, in_flight_steps: left ?? null }]];
    },
    state: () => [['state']],
    history: () => [['history']],
  };

  const translated = calls.map(([at, method, ...rest]) => instead[method](...rest).map((one) => [at, ...one]));
  return {
    question: { machine: 'kill_switch', given: {}, calls: translated.flat() },
    expected: (answers) => {
      let next = 0;
      const ofEach = translated.map(({ length }) => answers.slice(next, (next += length)).at(-1) ?? { value: null });
      return { differences, answers: ofEach.map(({ value, ...rest }) => ({ ...rest, value: compared(value) })) };
    },
  };
}

/** `look` is what is kept of each answer. */
export async function ours({ calls, options }, look = compared) {
  let now = 0;
  const kills = new KillSwitch({ ...options, now: () => now });
  const callbacks = {
    returns: () => {},
    throws: () => { throw new Error('no'); },
    takes_a_millisecond: () => { now += 1; },
    dismisses_the_substitute: () => kills.unregisterSubstitute('s', 'did:b'),
    rejects: async () => { throw new Error('no'); },
  };
  const agents = ['', 'did:a', 'did:b', 'did:c'];
  const methods = {
    register_agent: (agent, callback) => kills.registerAgent(agent, callbacks[callback]),
    unregister_agent: (agent) => kills.unregisterAgent(agent),
    register_substitute: (session, agent) => kills.registerSubstitute(session, agent),
    unregister_substitute: (session, agent) => kills.unregisterSubstitute(session, agent),
    kill: (request) => kills.kill(request),
    forge: (details) => { kills.killHistory()[0].details = details; },
    history: () => kills.killHistory(),
    state: () => ({
      agents: agents.filter((agent) => kills.isRegistered(agent)),
      substitutes: Object.fromEntries(['s', 't'].map((session) => [session, kills.substitutes(session)]).filter(([, list]) => list.length > 0)),
      kills: kills.totalKills,
      handoffs: kills.totalHandoffs,
    }),
  };
  const answers = [];
  for (const [at, method, ...given] of calls) {
    now = at;
    const { value, ...rest } = await attempt(() => methods[method](...given));
    answers.push({ ...rest, value: look(value) });
  }
  kills.free();
  return answers;
}

/** Of records what the reference has too; ids are random, times are written otherwise. */
function compared(value) {
  if (Array.isArray(value)) return value.map(compared);
  if (!value?.kill_id) return value;
  const { agent_did, session_id, reason, timestamp, handoffs, handoff_success_count, compensation_triggered, terminated, details } = value;
  return {
    agent_did, session_id, reason, handoff_success_count, compensation_triggered, terminated, details,
    timestamp: Date.parse(timestamp),
    handoffs: handoffs.map(({ step_id, saga_id, from_agent, to_agent, status }) => ({ step_id, saga_id, from_agent, to_agent, status })),
  };
}
