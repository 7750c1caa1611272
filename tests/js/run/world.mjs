// A run in virtual time: nothing waits, and time passes only where a test lets it.
import { run, Saga } from 'sagaward';

/** What has to happen in this turn of the event loop happens: promises, not timers. */
export const turn = () => new Promise(setImmediate);
export const forever = () => new Promise(() => {});
/** An action that ends as soon as it is told to stop. */
export const obedient = (_, { signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
/** A promise, and how to settle it. */
export function deferred() {
  let settle;
  const promise = new Promise((resolve, reject) => (settle = { resolve, reject }));
  return { promise, ...settle };
}

export class VirtualClock {
  #now = 0;
  #last = 0;
  #timers = new Map();

  now() {
    return this.#now;
  }

  setTimeout(callback, ms) {
    this.#timers.set(++this.#last, { callback, at: this.#now + ms });
    return this.#last;
  }

  clearTimeout(timer) {
    this.#timers.delete(timer);
  }

  /** How many timers are set. */
  get timers() {
    return this.#timers.size;
  }

  /** Lets so much time pass. */
  async pass(ms) {
    const end = this.#now + ms;
    await turn();
    while (await this.#fire(end));
    this.#now = end;
  }

  /** Lets time pass until the promise has settled. */
  async until(promise) {
    let settled = false;
    const done = () => (settled = true);
    promise.then(done, done);
    for (await turn(); !settled; ) if (!(await this.#fire(Infinity))) throw new Error('nothing is left to wait for');
    return promise;
  }

  async #fire(end) {
    const [next] = [...this.#timers].sort(([, a], [, b]) => a.at - b.at);
    if (!next || next[1].at > end) return false;
    const [timer, { callback, at }] = next;
    this.#timers.delete(timer);
    this.#now = at;
    callback();
    await turn();
    return true;
  }
}

export const step = (id, more) => ({ id, action_id: 'test.run', agent: `did:${id}`, undo_api: `/undo/${id}`, ...more });

export function sagaOf(steps, { saga_id = 'saga:1', ...more } = {}) {
  return Saga.fromDefinition({ name: 'work', session_id: 'session-1', steps, ...more }, { saga_id, now: () => 0 });
}

/** Starts a run; `calls` says which actions were called: `a`, `a 2` for the second attempt, `undo a`. */
export function begin(steps, { definition, execute = () => {}, compensate = () => {}, ...options } = {}) {
  const saga = steps instanceof Saga ? steps : sagaOf(steps, definition);
  const { calls, ...actions } = watched({ execute, compensate });
  const clock = options.clock ?? new VirtualClock();
  return { saga, calls, clock, run: run(saga, { clock, ...actions, ...options }) };
}

/** Actions that note their calls. */
export function watched({ execute = () => {}, compensate = () => {} } = {}) {
  const calls = [];
  const note = (what, action) => (step, context) => {
    calls.push(`${what}${step.step_id}${context.attempt > 1 ? ` ${context.attempt}` : ''}`);
    return action(step, context);
  };
  return { calls, execute: note('', execute), compensate: note('undo ', compensate) };
}

export const states = (saga) => Object.fromEntries(saga.steps().map(({ step_id, state }) => [step_id, state]));
export const types = (events) => [...events].map(({ type }) => type);
