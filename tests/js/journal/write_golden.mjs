// Writes a folder of journals for ever: `node tests/js/journal/write_golden.mjs tests/fixtures/journals/<version>`.
// A folder that exists is never written again, for its files stand for those that users have on their disks:
// a release that keeps something new adds a folder of its own.
import { appendFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Saga } from 'sagaward';
import { FileJournal } from 'sagaward/node';
import { fileName, stateOf } from './golden.mjs';
import { ODD, step } from './sagas.mjs';

const chain = [step('a'), step('b'), step('c')];

/** Each saga as it is told, input by input: `tell(type, fields)`; `of(id)` names the last attempt of a step. */
const stories = {
  created: { steps: chain, definition: { fan_out: [], metadata: { team: 'é', numbers: [1e300, -0.5] } } },
  moved_by_hand: {
    steps: [step('a')],
    tell(_, __, saga) {
      saga.addStep(step('b', { depends_on: ['a'], timeout: 5, retries: 2 }));
      saga.transitionStep('a', 'executing');
      saga.transitionStep('a', 'committed', { result: ODD });
      saga.transitionStep('b', 'executing');
      saga.transitionStep('b', 'failed', { error: 'no' });
      saga.transition('compensating', { error: 'no' });
      saga.transitionStep('a', 'compensating');
    },
  },
  succeeded: {
    isTorn: true,
    steps: [step('a', { retries: 1, checkpoint_goal: 'built' }), step('b')],
    tell(tell, of) {
      tell('start');
      tell('attempt_failed', { attempt_key: of('a'), error: 'busy', retry_after_ms: 50 });
      tell('timer_fired', { attempt_key: of('a'), timer: 'retry' });
      tell('attempt_succeeded', { attempt_key: of('a'), result: ODD });
      tell('attempt_succeeded', { attempt_key: of('b') });
    },
  },
  in_flight: {
    steps: [step('a'), step('b', { depends_on: ['a'] }), step('c', { depends_on: ['a'], retries: 2 })],
    tell(tell, of) {
      tell('start', { settings: { concurrency: 3, retry: { jitter: true }, nothingToUndo: ['c'] } });
      tell('attempt_succeeded', { attempt_key: of('a'), result: 1 });
      tell('attempt_failed', { attempt_key: of('c'), error: 'half done', effect: 'in_doubt', retryable: true });
      tell('pause');
      tell('recover');
      tell('resume');
    },
  },
  rolled_back: {
    steps: [...chain, step('d', { depends_on: ['a'] })],
    tell(tell, of) {
      tell('start');
      tell('attempt_succeeded', { attempt_key: of('a'), result: 'A' });
      tell('attempt_succeeded', { attempt_key: of('b'), result: 'B' });
      tell('attempt_timed_out', { attempt_key: of('c') });
      tell('attempt_succeeded', { attempt_key: of('d'), result: null });
      tell('timer_fired', { attempt_key: of('c'), timer: 'abort_grace' });
      for (const id of ['c', 'd', 'b', 'a']) tell('undo_succeeded', { attempt_key: of(id), result: `undid ${id}` });
    },
  },
  held: {
    steps: chain,
    tell(tell, of) {
      tell('start', { settings: { onUndoFailure: 'hold' } });
      tell('attempt_succeeded', { attempt_key: of('a') });
      tell('attempt_succeeded', { attempt_key: of('b') });
      tell('cancel', { reason: 'no longer needed' });
      tell('attempt_failed', { attempt_key: of('c'), error: 'stopped' });
      tell('undo_failed', { attempt_key: of('b'), error: 'no', retryable: false });
      tell('retry_step', { step_id: 'b' });
      tell('undo_failed', { attempt_key: of('b'), error: 'no again', retryable: false });
    },
  },
  escalated: {
    steps: [step('a'), step('b')],
    tell(tell, of) {
      tell('start');
      tell('attempt_succeeded', { attempt_key: of('a') });
      tell('attempt_failed', { attempt_key: of('b'), error: 'no', retryable: false });
      tell('undo_failed', { attempt_key: of('a'), error: 'no', retryable: false });
    },
  },
  fan_out: {
    steps: chain,
    definition: { fan_out: [{ policy: 'majority_must_succeed', branches: ['a', 'b', 'c'] }] },
    tell(tell, of) {
      tell('start');
      tell('attempt_failed', { attempt_key: of('b'), error: 'no', retryable: false });
      tell('attempt_succeeded', { attempt_key: of('a') });
      tell('attempt_succeeded', { attempt_key: of('c') });
    },
  },
  handed_off: {
    steps: [step('a'), step('b'), step('c', { agent: 'did:a' })],
    tell(tell, of) {
      tell('start');
      tell('agent_killed', { agent_did: 'did:a', kill_id: 'kill:1' });
      tell('attempt_settled', { step_id: 'a' });
      tell('handoff_accepted', { step_id: 'a', to_agent: 'did:other', kill_id: 'kill:1' });
      tell('attempt_succeeded', { attempt_key: of('a') });
      tell('attempt_succeeded', { attempt_key: of('b') });
      tell('agent_killed', { agent_did: 'did:x', kill_id: 'kill:2' });
      tell('agent_revived', { agent_did: 'did:x' });
    },
  },
  abandoned: {
    steps: [step('a'), step('b')],
    tell(tell, of) {
      tell('start');
      tell('attempt_succeeded', { attempt_key: of('a') });
      tell('agent_killed', { agent_did: 'did:b', kill_id: 'kill:1' });
      tell('attempt_settled', { step_id: 'b' });
      tell('handoff_refused', { step_id: 'b', kill_id: 'kill:1' });
      tell('undo_succeeded', { attempt_key: of('b') });
    },
  },
  compacted: {
    steps: chain,
    tell(tell, of, saga) {
      tell('start');
      tell('attempt_succeeded', { attempt_key: of('a'), result: ODD });
      tell('attempt_timed_out', { attempt_key: of('b') });
      return { snapshot: saga.snapshot(), then: () => tell('attempt_succeeded', { attempt_key: of('b') }) };
    },
  },
};

const target = process.argv[2];
if (!target || existsSync(target)) throw new Error(`Name a folder that does not exist, instead of ${target}.`);
mkdirSync(target, { recursive: true });
for (const [name, story] of Object.entries(stories)) await write(name, story);

async function write(name, { steps, definition, isTorn, tell: told }) {
  let now = Date.UTC(2026, 0, 1);
  const saga = Saga.fromDefinition({ name, session_id: 'session-1', steps, ...definition }, { saga_id: name, now: () => (now += 1_000) });
  const attempts = new Map();
  const ends = [];
  const tell = (type, fields) => {
    const settings = type === 'start' || type === 'recover' ? { settings: {} } : {};
    for (const command of saga.handle({ type, at: (now += 1_000), ...settings, ...fields })) {
      if (command.step_id) attempts.set(command.step_id, command.attempt_key);
    }
    ends.push(saga.seq);
  };
  const compaction = told?.(tell, (id) => attempts.get(id), saga);
  compaction?.then();
  const events = saga.log();
  const journal = new FileJournal(target);
  // As a run appends: what was decided together is kept together.
  let from = 0;
  for (const to of new Set([1, ...ends, events.length])) {
    // As a process leaves it that ended while it wrote.
    if (isTorn) appendFileSync(join(target, fileName(name)), `{"seq":${to},"at":`);
    if (to > from) await journal.append(name, events.slice(from, to), from);
    if (to === compaction?.snapshot.seq) await journal.compact(name, compaction.snapshot);
    from = to;
  }
  renameSync(join(target, fileName(name)), join(target, `${name}.jsonl`));
  writeFileSync(join(target, `${name}.json`), `${JSON.stringify(stateOf(saga), null, 2)}\n`);
}
for (const left of readdirSync(target)) if (!/^\w+\.jsonl?$/.test(left)) rmSync(join(target, left));
