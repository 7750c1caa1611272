// What a run leaves behind in its process: nothing. In real time, each in a process of its own.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

const preamble = `
  import { MemoryJournal, run, Saga } from 'sagaward';
  process.on('unhandledRejection', (reason) => console.log('unhandled', String(reason)));
  process.on('exit', () => console.log('exit'));
  const step = (id, more) => ({ id, action_id: 'test.run', agent: 'did:a', undo_api: '/undo', ...more });
  const saga = (...steps) => Saga.fromDefinition({ name: 'work', session_id: 's', steps });
  const forever = () => new Promise(() => {});
  const turn = () => new Promise(setImmediate);
  const compensate = () => {};
`;

/** script: what it prints */
const scripts = {
  'a run ends, and with it its process': ['console.log((await run(saga(step("a"), step("b")), { execute: async () => 1, compensate })).outcome);', ['succeeded']],
  'nobody waits for the run': ['run(saga(step("a")), { execute: () => console.log("a"), compensate });', ['a']],
  'an action hangs for ever, beside one that fails': [
    `const steps = [step('a', { depends_on: [] }), step('b', { depends_on: [] })];
     const execute = ({ step_id }) => (step_id === 'a' ? forever() : Promise.reject(new Error('no')));
     console.log((await run(saga(...steps), { abortGraceMs: 5, execute, compensate })).outcome);`,
    ['rolled_back'],
  ],
  'an action rejects after the end of the run': [
    `let late;
     const execute = () => new Promise((_, reject) => (late = reject));
     const running = run(saga(step('a')), { abortGraceMs: 5, execute, compensate });
     await turn();
     running.cancel();
     console.log((await running).outcome);
     late(new Error('late'));
     await turn();`,
    ['rolled_back'],
  ],
  'all that can fail fails': [
    `const fail = () => { throw new Error('no'); };
     const failLater = () => Promise.reject(new Error('no'));
     const steps = [step('a'), step('b', { checkpoint_goal: 'g' })];
     for (const execute of [fail, failLater]) for (const onUndo of [fail, failLater]) {
       const options = { execute: (of, context) => of.step_id === 'b' && execute(), compensate: onUndo, achieved: failLater, onEvent: fail };
       console.log((await run(saga(...steps), options)).outcome);
     }`,
    Array(4).fill('escalated'),
  ],
  'a journal fails, and nobody waits for the run': [
    `const journal = Object.assign(new MemoryJournal(), { append: () => Promise.reject(new Error('disk full')) });
     run(saga(step('a')), { journal, execute: forever, compensate });
     await turn();`,
    [],
  ],
  'a run is detached, and nobody waits for it': [
    `const running = run(saga(step('a')), { execute: (_, { signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))), compensate });
     await turn();
     await running.detach();`,
    [],
  ],
};

for (const [what, [script, printed]] of Object.entries(scripts)) {
  test(`the process ends by itself, without an unhandled rejection: ${what}`, async () => {
    // Far less than the time-out of a step: a timer left behind would be seen.
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', preamble + script], { timeout: 60_000 });
    assert.deepEqual([stdout.trim().split('\n'), stderr], [[...printed, 'exit'], '']);
  });
}
