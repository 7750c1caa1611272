// An agent from its runtime's side: a process that can be asked, and ended without its consent.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { terminateProcess } from 'sagaward/node';

export class AgentProcess {
  #child;
  #asked = 0;
  #waiting = new Map();

  constructor(...args) {
    // A process group of its own, so that a kill ends all that the agent has started too.
    this.#child = fork(fileURLToPath(new URL('agent.mjs', import.meta.url)), args, { detached: true });
    this.#child.on('message', ({ id, result, error }) => {
      const { resolve, reject } = this.#waiting.get(id) ?? {};
      this.#waiting.delete(id);
      if (error === undefined) resolve?.(result);
      else reject?.(new Error(error));
    });
    this.#child.on('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the agent has ended'));
      this.#waiting.clear();
    });
  }

  get pid() {
    return this.#child.pid;
  }

  /** What the agent answers; rejects when it ends, or when the runtime no longer wants it. */
  ask(request, signal) {
    return new Promise((resolve, reject) => {
      const id = (this.#asked += 1);
      this.#waiting.set(id, { resolve, reject });
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      this.#child.send({ id, ...request }, (error) => error && reject(error));
    });
  }

  /** How a kill ends it. */
  get termination() {
    return terminateProcess(this.#child, { graceMs: 500 });
  }

  /** Lets it go: without its runtime it has nothing to wait for. */
  release() {
    if (this.#child.connected) this.#child.disconnect();
  }
}
