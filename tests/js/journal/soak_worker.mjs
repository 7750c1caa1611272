// Goes on with all that was left, begins further sagas, and has its effects in a file: until it is killed.
import { appendFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { KillSwitch, recoverAll, run } from 'sagaward';
import { FileJournal } from 'sagaward/node';
import { all, sagaOf } from './sagas.mjs';
import { shape, stepsOf } from './soak_sagas.mjs';

const [directory, effects, begins] = process.argv.slice(2);
const AT_ONCE = 4;
const journal = new FileJournal(directory);
const killSwitch = new KillSwitch();
/** The sagas whose journal is compacted now and then. */
const compacted = new Map();

/** What is written here happened: the file is the world outside. */
const tell = (what, step, { sagaId, attempt, idempotencyKey }) => appendFileSync(effects, `${JSON.stringify({ what, sagaId, step_id: step.step_id, attempt, key: idempotencyKey })}\n`);
/** The parent waits for it with most of its kills. */
let isAtWork = false;
const work = () => {
  if (!isAtWork) process.send('at work');
  isAtWork = true;
};
const while_ = () => delay(Math.random() * 6);

const options = {
  killSwitch,
  concurrency: 4,
  retry: { delayMs: 2 },
  async execute(step, context) {
    work();
    tell('execute began', step, context);
    const { failing, doomed } = shape(context.sagaId);
    await while_();
    if (step.step_id === failing) throw new Error('it fails');
    tell('execute', step, context);
    if (step.step_id === doomed && step.agent_did.startsWith('did:doomed')) {
      void killSwitch.kill({ agent_did: step.agent_did, session_id: context.sessionId, reason: 'behavioral_drift' });
      await new Promise((_, reject) => context.signal.addEventListener('abort', () => reject(context.signal.reason)));
    }
    await while_();
    await compact(context.sagaId);
    return step.step_id;
  },
  async compensate(step, context) {
    work();
    await while_();
    tell('undo', step, context);
    await compact(context.sagaId);
  },
  onRun({ saga }) {
    const { isCompacted, doomed, substitute } = shape(saga.sagaId);
    if (doomed && !killSwitch.isKilled(`did:doomed:${saga.sagaId}`)) killSwitch.registerAgent(`did:doomed:${saga.sagaId}`, () => {});
    if (substitute) killSwitch.registerSubstitute(saga.sessionId, 'did:substitute');
    if (isCompacted) compacted.set(saga.sagaId, saga);
  },
};

async function compact(sagaId) {
  const saga = compacted.get(sagaId);
  if (!saga || Math.random() > 0.1) return;
  await journal.compact(sagaId, saga.snapshot()).catch((error) => {
    // What is not durable yet cannot be compacted.
    if (error.code !== 'journal_conflict') throw error;
  });
}

const running = new Set();
const started = (run) => {
  const ended = Promise.resolve(run).then(({ saga }) => {
    compacted.delete(saga.sagaId);
    saga.free();
  }).finally(() => running.delete(ended));
  running.add(ended);
};

let next = Math.max(-1, ...(await all(journal.list())).map((sagaId) => Number(sagaId.split(':')[1]))) + 1;
for await (const run of recoverAll(journal, options)) started(run);
for (;;) {
  while (begins === 'begin' && running.size < AT_ONCE) {
    const sagaId = `saga:${next++}`;
    started(run(sagaOf(sagaId, stepsOf(sagaId), { session_id: `session of ${sagaId}` }), { ...options, journal }));
  }
  if (running.size === 0) break;
  await Promise.race(running);
}
process.disconnect();
