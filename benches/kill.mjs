// A kill by its number of steps in flight: the second column tells whether it grows with them.
import assert from 'node:assert/strict';
import { KillSwitch, Saga } from 'sagaward';
import { prepared } from './measure.mjs';

const SIZES = [1_000, 10_000];
const AGENT = 'did:mesh:worker';
const SUBSTITUTE = 'did:mesh:standby';
const request = { agent_did: AGENT, session_id: 'session:nightly', reason: 'manual' };
const ids = (steps) => Array.from({ length: steps }, (_, i) => `step-${i}`);

function armed(accept) {
  const kills = new KillSwitch();
  kills.registerAgent(AGENT, () => {});
  kills.registerSubstitute(request.session_id, SUBSTITUTE, accept);
  return kills;
}

const named = (accept) => ({
  prepare: (steps) => ({ kills: armed(accept), request: { ...request, in_flight_steps: ids(steps).map((step_id) => ({ step_id, saga_id: 'saga:1' })) } }),
  work: ({ kills, request }) => kills.kill(request),
  release: ({ kills }) => kills.free(),
});

const kinds = {
  'steps named, the substitute takes all': named(undefined),
  'steps named, each offered to a callback': named(() => true),
  'steps found in an attached saga': {
    prepare(steps) {
      const list = ids(steps).map((id) => ({ id, action_id: 'data.extract', agent: AGENT, undo_api: '/undo', depends_on: [] }));
      const saga = Saga.fromDefinition({ name: 'Nightly', session_id: request.session_id, steps: list });
      for (const { id } of list) saga.transitionStep(id, 'executing');
      const kills = armed();
      kills.attach(saga);
      return { kills, saga };
    },
    work: ({ kills }) => kills.kill(request),
    release({ kills, saga }) {
      kills.free();
      saga.free();
    },
  },
};

export const title = 'A kill, by steps in flight';
export const rows = Object.entries(kinds).map(([name, { prepare, work, release }]) => ({
  name,
  targets: [{ of: '10,000 steps', against: '1,000 steps', most: 12 }],
  measure: () => prepared(Object.fromEntries(SIZES.map((steps) => [`${steps.toLocaleString('en')} steps`, { prepare: () => prepare(steps), work, release }]))),
  async check() {
    const [steps] = SIZES;
    const material = prepare(steps);
    const { handoffs, handoff_success_count, termination } = await work(material);
    assert.deepEqual([handoffs.length, handoff_success_count, termination], [steps, steps, 'confirmed']);
    release(material);
  },
}));
