import { type Clock, systemClock } from '../run/clock.js';

/** What a wait gives when its time is up; a symbol, since callbacks may return anything. */
export const TIME_UP = Symbol('time up');

/** A time-out that several waits share. */
export class Deadline {
  readonly ms: number;
  readonly passed: Promise<typeof TIME_UP>;
  #clear!: () => void;

  constructor(ms: number, clock: Clock) {
    this.ms = ms;
    this.passed = new Promise((resolve) => {
      const set = (by: Clock) => {
        const timer = by.setTimeout(() => resolve(TIME_UP), ms);
        this.#clear = () => by.clearTimeout(timer);
      };
      try {
        set(clock);
      } catch {
        // A clock that fails must not stop a kill.
        set(systemClock);
      }
    });
  }

  clear(): void {
    try {
      this.#clear();
    } catch {
      // Nobody waits for it any more.
    }
  }
}
