// Goes on with all that was left, begins further sagas, and has its effects in a file: until it is killed.
import { appendFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { KillSwitch, recoverAll, run } from 'sagaward';
import { FileJournal } from 'sagaward/node';
import { all, sagaOf } from './sagas.mjs';
import { shape, stepsOf } from './soak_sagas.mjs';

const [directory, effects, begins] = process.argv.slice(2);
const AT_ONCE = 8;
const journal = new FileJournal(directory);
const killSwitch = new KillSwitch();

/** What is written here happened: the file is the world outside. */
const tell = (what, step, { sagaId, attempt, idempotencyKey }) => appendFileSync(effects, `${JSON.stringify({ what, sagaId, step_id: step.step_id, attempt, key: idempotencyKey })}\n`);
const while_ = () => delay(Math.random() * 6);

const options = {
  killSwitch,
  concurrency: 4,
  retry: { delayMs: 2 },
  async execute(step, context) {
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
    return step.step_id;
  },
  async compensate(step, context) {
    await while_();
    tell('undo', step, context);
    await while_();
  },
  onRun({ saga }) {
    const { compacted, doomed, substitute } = shape(saga.sagaId);
    if (doomed && !killSwitch.isKilled(`did:doomed:${saga.sagaId}`)) killSwitch.registerAgent(`did:doomed:${saga.sagaId}`, () => {});
    if (substitute) killSwitch.registerSubstitute(saga.sessionId, 'did:substitute');
    if (compacted) saga.subscribe(({ seq }) => void (seq % 10 === 0 && setImmediate(() => saga.outcome ?? compact(saga))));
  },
};

/** What is not durable yet cannot be compacted. */
async function compact(saga) {
  await journal.compact(saga.sagaId, saga.snapshot()).catch((error) => {
    if (error.code !== 'journal_conflict') throw error;
  });
}

const running = new Set();
const started = (run) => {
  const ended = Promise.resolve(run).then(({ saga }) => saga.free()).finally(() => running.delete(ended));
  running.add(ended);
};

let next = (await all(journal.list())).length;
for await (const run of recoverAll(journal, options)) started(run);
process.send('at work');
for (;;) {
  while (begins === 'begin' && running.size < AT_ONCE) {
    const sagaId = `saga:${next++}`;
    started(run(sagaOf(sagaId, stepsOf(sagaId), { session_id: `session of ${sagaId}` }), { ...options, journal }));
  }
  if (running.size === 0) break;
  await Promise.race(running);
}
process.disconnect();
