import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { terminateProcess, terminateWorker } from 'sagaward/node';

test('a worker in an endless loop is ended', async () => {
  const worker = new Worker('for (;;);', { eval: true });
  const exited = once(worker, 'exit');
  await once(worker, 'online');
  await terminateWorker(worker)();
  assert.deepEqual(await exited, [1]);
});

test('a process that heeds SIGTERM has its grace', async () => {
  const child = await start(`process.on('SIGTERM', () => process.exit(7));`);
  await terminateProcess(child)();
  assert.equal(child.exitCode, 7);
});

test('a process group that ignores SIGTERM is killed after the grace, its descendants too', async () => {
  const deaf = `process.on('SIGTERM', () => {});`;
  const child = await start(`${deaf}
    const { spawn } = require('node:child_process');
    const inner = spawn(process.execPath, ['--eval', ${JSON.stringify(`${deaf} console.log(); setInterval(() => {}, 1e6);`)}], { stdio: ['ignore', 'pipe', 'ignore'] });
    inner.stdout.once('data', () => console.log(inner.pid));`, 2);
  await terminateProcess(child, { graceMs: 100 })();
  assert.equal(child.signalCode, 'SIGKILL');
  assert.throws(() => process.kill(-child.pid, 0), { code: 'ESRCH' });
});

test('a process that has ended already is no fault', async () => {
  const child = spawn(process.execPath, ['--eval', ''], { detached: true });
  await once(child, 'exit');
  await terminateProcess(child)();
  assert.equal(child.exitCode, 0);
});

/** A process group of its own that runs until it is told to end; resolves when it has said `lines` lines. */
async function start(script, lines = 1) {
  const child = spawn(process.execPath, ['--eval', `${script}; console.log(); setInterval(() => {}, 1e6);`], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = 0;
  for await (const _ of createInterface({ input: child.stdout })) if (++said === lines) break;
  return child;
}
