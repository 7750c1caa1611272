// The stop button ends what does not want to end.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { KillSwitch } from 'sagaward';
import { terminateProcess, terminateWorker } from 'sagaward/node';

const request = { agent_did: 'did:a', session_id: 'session-1', reason: 'behavioral_drift' };

/** Kills an agent that ends this way. */
function kill(terminate, callbackTimeoutMs = 60_000) {
  const kills = new KillSwitch({ callbackTimeoutMs });
  kills.registerAgent(request.agent_did, terminate);
  return kills.kill(request);
}

/** A process group of its own, once it has said that it runs. */
async function start(program, ...args) {
  const child = spawn(program, args, { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}
const script = (onTerm) => [process.execPath, '--eval', `process.on('SIGTERM', ${onTerm}); console.log(); setInterval(() => {}, 1e6)`];

test('a worker in an endless loop is ended: the kill resolves when it is gone', async () => {
  const worker = new Worker('require("node:worker_threads").parentPort.postMessage("in the loop"); for (;;);', { eval: true });
  const exited = once(worker, 'exit');
  await once(worker, 'message');
  const { termination, terminated } = await kill(terminateWorker(worker));
  assert.deepEqual([termination, terminated], ['confirmed', true]);
  assert.deepEqual(await exited, [1]);
  assert.equal(worker.threadId, -1);
});

test('a process that heeds SIGTERM has its grace', async () => {
  const child = await start(...script('() => process.exit(7)'));
  assert.equal((await kill(terminateProcess(child))).termination, 'confirmed');
  assert.equal(child.exitCode, 7);
});

test('a process group that ignores SIGTERM is killed after the grace, its descendants too', async () => {
  // What the shell ignores, its children ignore too.
  const child = await start('sh', '-c', `trap '' TERM; sleep 1000 & echo; wait`);
  assert.equal((await kill(terminateProcess(child, { graceMs: 50 }))).termination, 'confirmed');
  assert.equal(child.signalCode, 'SIGKILL');
  assert.throws(() => process.kill(-child.pid, 0), { code: 'ESRCH' });
});

test('a process that takes longer than the callback may is reported as timed_out, and ended all the same', async () => {
  const child = await start(...script('() => {}'));
  const exited = once(child, 'exit');
  assert.equal((await kill(terminateProcess(child, { graceMs: 100 }), 10)).termination, 'timed_out');
  assert.deepEqual(await exited, [null, 'SIGKILL']);
});

test('a process that has ended already is no fault', async () => {
  const child = spawn(process.execPath, ['--eval', ''], { detached: true });
  await once(child, 'exit');
  assert.equal((await kill(terminateProcess(child))).termination, 'confirmed');
  assert.equal(child.exitCode, 0);
});
