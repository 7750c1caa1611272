import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';

/** Ends a worker thread, an endless loop in it included, and resolves when it is gone. */
export function terminateWorker(worker: Worker): () => Promise<void> {
  return async () => {
    await worker.terminate();
  };
}

/**
 * Ends a child process with all it has started, and resolves when they are gone: SIGTERM, after
 * `graceMs` (2,000 by default) SIGKILL. Its descendants are reached if it was started with
 * `detached: true`, which gives it a process group of its own.
 */
export function terminateProcess(child: ChildProcess, options: { graceMs?: number } = {}): () => Promise<void> {
  return async () => {
    const { pid } = child;
    if (pid === undefined) return;
    send(pid, child, 'SIGTERM');
    const deadline = performance.now() + (options.graceMs ?? 2_000);
    while (isAlive(pid, child)) {
      if (performance.now() >= deadline) send(pid, child, 'SIGKILL');
      await delay(POLL_MS);
    }
  };
}

// No event tells that the last process of a group has ended.
const POLL_MS = 20;

function send(pid: number, child: ChildProcess, signal: NodeJS.Signals): void {
  if (!signalGroup(pid, signal)) child.kill(signal);
}

function isAlive(pid: number, child: ChildProcess): boolean {
  return (child.exitCode === null && child.signalCode === null) || signalGroup(pid, 0);
}

/** False where there is no such group: it has ended, or the child has none of its own. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}
