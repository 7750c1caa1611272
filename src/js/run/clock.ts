import { callable, object } from '../arguments.js';

/** What a run, or a kill, needs of time. Tests and simulations bring their own. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

// Longer ones fire at once.
const LONGEST_MS = 2 ** 31 - 1;

/** The clock of the host. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
};

export function checkedClock(clock: Clock): Clock {
  for (const method of ['now', 'setTimeout', 'clearTimeout'] as const) callable(object(clock, 'clock')[method], `clock.${method}`);
  return clock;
}

/** The timers of a run: by name, of any length, all gone at its end. */
export class Timers {
  readonly #clock: Clock;
  readonly #running = new Map<string, unknown>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  set(name: string, ms: number, callback: () => void): void {
    this.clear(name);
    const wait = Math.min(ms, LONGEST_MS);
    const fired = () => {
      this.#running.delete(name);
      if (ms > wait) this.set(name, ms - wait, callback);
      else callback();
    };
    this.#running.set(name, this.#clock.setTimeout(fired, wait));
  }

  clear(name: string): void {
    if (!this.#running.has(name)) return;
    this.#clock.clearTimeout(this.#running.get(name));
    this.#running.delete(name);
  }

  clearAll(): void {
    for (const timer of this.#running.values()) this.#clock.clearTimeout(timer);
    this.#running.clear();
  }
}
