// A process that ends after any append of a run: what is recovered goes on where it was.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { KillSwitch, recover, recoverAll, run, Saga } from 'sagaward';
import { FileJournal } from 'sagaward/node';
import { VirtualClock } from '../run/world.mjs';
import { all, moved, sagaOf, step } from './sagas.mjs';

const folder = mkdtempSync(join(tmpdir(), 'recover-'));
after(() => rmSync(folder, { recursive: true }));
let directories = 0;
const open = (directory) => new FileJournal(directory, { fsync: false });

const fails = (...ids) => ({ step_id }) => {
  if (ids.includes(step_id)) throw new Error(`${step_id} failed`);
};
/** Ends its agent by a kill, as soon as it runs. */
const killed = (...agents) => ({ agent_did }, { signal, sessionId }, killSwitch) => {
  if (!agents.includes(agent_did)) return undefined;
  setImmediate(() => killSwitch.kill({ agent_did, session_id: sessionId, reason: 'behavioral_drift' }));
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
};
const beside = (id, ...depends_on) => step(id, { depends_on });

const stories = {
  'three steps in a row': { steps: [step('a'), step('b'), step('c')] },
  'the last of three fails': { steps: [step('a'), step('b'), step('c')], execute: fails('c') },
  'one beside others fails': { steps: [beside('a'), beside('b'), beside('c', 'a'), beside('d', 'a', 'b')], execute: fails('d') },
  'a branch too many fails': {
    steps: [step('a'), step('b'), step('c')],
    definition: { fan_out: [{ policy: 'majority_must_succeed', branches: ['b', 'c'] }] },
    execute: fails('b'),
  },
  'a step succeeds at its second try': {
    steps: [step('a'), step('b', { retries: 1 }), step('c')],
    execute({ step_id }, { attempt }) {
      if (step_id === 'b' && attempt === 1) throw new Error('busy');
    },
  },
  'an agent is killed, a substitute goes on': { steps: [step('a'), step('b'), step('c')], execute: killed('did:b'), substitutes: ['did:other'] },
  'an agent is killed, nobody takes its step': { steps: [step('a'), step('b'), step('c')], execute: killed('did:b') },
  'the agent of steps to come is killed': { steps: [step('a'), step('b', { agent: 'did:a' }), step('c', { agent: 'did:a' })], execute: killed('did:a'), substitutes: ['did:other'] },
};

/** Performs a saga, recording what was called; `go` runs or recovers it with these options. */
async function performed({ execute = () => {}, substitutes = [] }, killSwitch, go) {
  const calls = [];
  for (const agent of ['did:a', 'did:b', 'did:c', 'did:d']) if (!killSwitch.isKilled(agent)) killSwitch.registerAgent(agent, () => {});
  for (const agent of substitutes) killSwitch.registerSubstitute('session-1', agent);
  const note = (action, work) => (step, context) => {
    const { attempt, idempotencyKey } = context;
    calls.push({ action, step_id: step.step_id, agent: step.agent_did, attempt, idempotencyKey });
    return work(step, context, killSwitch);
  };
  const result = await go({ killSwitch, retry: { delayMs: 1 }, execute: note('execute', execute), compensate: note('compensate', () => {}) });
  return { calls, ...result };
}

/** The story from its beginning: what was appended, and how the kill switch was after each. */
async function told(story) {
  const directory = join(folder, String(directories++));
  const journal = open(directory);
  const killSwitch = new KillSwitch();
  const appends = [];
  const recording = {
    async append(sagaId, events, seq) {
      await journal.append(sagaId, events, seq);
      appends.push({ events: structuredClone(events), seq, kills: JSON.stringify(killSwitch.snapshot()) });
    },
    read: (sagaId) => journal.read(sagaId),
    list: () => journal.list(),
  };
  return { ...(await performed(story, killSwitch, (options) => run(sagaOf('saga:1', story.steps, story.definition), { ...options, journal: recording }))), appends };
}

const key = ({ action, step_id }) => `${action} ${step_id}`;

for (const [what, story] of Object.entries(stories)) {
  for (const isCompacted of [false, true]) {
    test(`${what}: whenever its process ends, ${isCompacted ? 'also of a compacted log, ' : ''}the saga goes on`, async () => {
      const first = await told(story);
      assert.ok(first.appends.length > 3);
      for (let count = 1; count <= first.appends.length; count += 1) {
        const kept = first.appends.slice(0, count).flatMap(({ events }) => events);
        const directory = join(folder, String(directories++));
        for (const { events, seq } of first.appends.slice(0, count)) await open(directory).append('saga:1', events, seq);
        const before = Saga.replay(kept);
        if (isCompacted) await open(directory).compact('saga:1', before.snapshot());
        const killSwitch = KillSwitch.restore(JSON.parse(first.appends[count - 1].kills));

        const { calls, saga, outcome } = await performed(story, killSwitch, (options) => recover(open(directory), 'saga:1', options));

        const where = `after append ${count}, event ${kept.length}`;
        assert.equal(outcome, first.outcome, where);
        const settled = before.steps().filter(({ state }) => !['pending', 'executing', 'compensating'].includes(state)).map(({ step_id }) => step_id);
        for (const { action, step_id } of calls) assert.ok(action === 'compensate' || !settled.includes(step_id), `${where}: ${step_id} is executed again`);
        const undone = before.steps().filter(({ state }) => state === 'compensated').map(({ step_id }) => step_id);
        for (const { action, step_id } of calls) assert.ok(action === 'execute' || !undone.includes(step_id), `${where}: ${step_id} is undone again`);

        // The same work has the same key, whoever does it, however often.
        const keys = new Map(first.calls.map((call) => [key(call), call.idempotencyKey]));
        for (const call of calls) assert.equal(call.idempotencyKey, keys.get(key(call)) ?? call.idempotencyKey, where);
        for (const { step_id, retry_count } of saga.steps()) assert.ok(retry_count <= first.saga.step(step_id).retry_count, `${where}: a lost attempt costs no retry`);

        // What was killed stays so.
        const dead = kept.filter(({ type }) => type === 'agent_killed').map(({ agent_did }) => agent_did);
        for (const { action, agent } of calls) assert.ok(action === 'compensate' || !dead.includes(agent), `${where}: ${agent} was killed`);

        const events = await all(open(directory).read('saga:1'));
        assert.deepEqual(Saga.replay(events).snapshot(), saga.snapshot(), where);
        const told = [...kept, ...events.filter(({ seq }) => seq > kept.length)];
        const undos = told.filter(({ to, step_id }) => step_id && to === 'compensated').map(({ step_id }) => step_id);
        const commits = told.filter(({ to, step_id, type }) => step_id && (to === 'committed' || type === 'assumed_committed')).map(({ step_id }) => step_id);
        assert.deepEqual(undos, undos.length ? commits.toReversed() : [], `${where}: undone in the reverse order`);
      }
    });
  }
}

test('an attempt in flight is lost, made again under its key, and costs no retry', async () => {
  const story = stories['three steps in a row'];
  const first = await told(story);
  const upTo = first.appends.findIndex(({ events }) => events.some(({ type, step_id }) => type === 'attempt_started' && step_id === 'b')) + 1;
  const directory = join(folder, String(directories++));
  for (const { events, seq } of first.appends.slice(0, upTo)) await open(directory).append('saga:1', events, seq);
  const { calls, saga } = await performed(story, new KillSwitch(), (options) => recover(open(directory), 'saga:1', options));
  assert.deepEqual(calls.map(({ step_id, attempt }) => [step_id, attempt]), [['b', 2], ['c', 1]]);
  assert.equal(calls[0].idempotencyKey, first.calls.find(({ step_id }) => step_id === 'b').idempotencyKey);
  assert.equal(saga.step('b').retry_count, 0);
  const lost = saga.log().filter(({ type }) => type === 'attempt_lost');
  assert.deepEqual(lost.map(({ step_id }) => step_id), ['b']);
});

test('a kill that the log knows holds also where the kill switch is lost', async () => {
  const story = stories['an agent is killed, a substitute goes on'];
  const first = await told(story);
  const upTo = first.appends.findIndex(({ events }) => events.some(({ type }) => type === 'agent_killed')) + 1;
  const directory = join(folder, String(directories++));
  for (const { events, seq } of first.appends.slice(0, upTo)) await open(directory).append('saga:1', events, seq);
  const called = [];
  const { outcome } = await recover(open(directory), 'saga:1', {
    execute: ({ agent_did, step_id }) => void called.push([step_id, agent_did]),
    compensate: ({ step_id }) => void called.push(['undo', step_id]),
  });
  // Nobody takes the step: what it may have done is undone too.
  assert.deepEqual([outcome, called], ['rolled_back', [['undo', 'b'], ['undo', 'a']]]);
});

test('recoverAll goes on with every saga that has not ended, and with no other', async () => {
  const directory = join(folder, String(directories++));
  const journal = open(directory);
  const never = () => new Promise(() => {});
  for (const id of ['one', 'two', 'three']) {
    const running = run(sagaOf(id), { journal, clock: new VirtualClock(), execute: never, compensate: never });
    running.then(() => {}, () => {});
    // As if the process ended here: it is left without a word.
    while ((await all(journal.read(id))).every(({ type }) => type !== 'attempt_started')) await new Promise(setImmediate);
  }
  await run(sagaOf('ended'), { journal, execute() {}, compensate() {} });
  await journal.append('new', moved('new').log(), 0);
  const results = [];
  for await (const running of recoverAll(open(directory), { execute: ({ step_id }, { attempt }) => void results.push([step_id, attempt]), compensate() {} })) {
    results.push((await running).saga.sagaId);
  }
  assert.deepEqual(results.filter((one) => typeof one === 'string').toSorted(), ['new', 'one', 'three', 'two']);
  assert.deepEqual(results.filter((one) => typeof one !== 'string').toSorted(), [['build', 1], ['build', 2], ['build', 2], ['build', 2]]);
});
