// The stop button ends what does not want to end.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { KillSwitch } from 'sagaward';
import { terminateProcess, terminateWorker } from 'sagaward/node';

const request = { agent_did: 'did:a', session_id: 'session-1', reason: 'behavioral_drift' };

test('a worker in an endless loop is ended: the kill resolves when it is gone', async () => {
  const worker = new Worker('require("node:worker_threads").parentPort.postMessage("in the loop"); for (;;);', { eval: true });
  const exited = once(worker, 'exit');
  await once(worker, 'message');
  const kills = new KillSwitch({ callbackTimeoutMs: 60_000 });
  kills.registerAgent(request.agent_did, terminateWorker(worker));
  const { termination, terminated } = await kills.kill(request);
  assert.deepEqual([termination, terminated], ['confirmed', true]);
  assert.deepEqual(await exited, [1]);
  assert.equal(worker.threadId, -1);
});

test('a process group that ignores SIGTERM is ended with all its members', async () => {
  // What the shell ignores, its children ignore too.
  const child = spawn('sh', ['-c', `trap '' TERM; sleep 1000 & echo; wait`], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const kills = new KillSwitch({ callbackTimeoutMs: 60_000 });
  kills.registerAgent(request.agent_did, terminateProcess(child, { graceMs: 50 }));
  assert.equal((await kills.kill(request)).termination, 'confirmed');
  assert.equal(child.signalCode, 'SIGKILL');
  assert.throws(() => process.kill(-child.pid, 0), { code: 'ESRCH' });
});

test('a process that takes longer than the callback may is reported as timed_out, and ended all the same', async () => {
  const child = spawn(process.execPath, ['--eval', `process.on('SIGTERM', () => {}); console.log(); setInterval(() => {}, 1e6)`], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  await once(child.stdout, 'data');
  const kills = new KillSwitch({ callbackTimeoutMs: 10 });
  kills.registerAgent(request.agent_did, terminateProcess(child, { graceMs: 100 }));
  assert.equal((await kills.kill(request)).termination, 'timed_out');
  assert.deepEqual(await exited, [null, 'SIGKILL']);
});
