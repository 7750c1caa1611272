import type { Clock } from 'sagaward/slim';

/** A clock that stands still until it is moved on. */
export class VirtualClock implements Clock {
  #now: number;
  #last = 0;
  readonly #timers = new Map<number, { readonly at: number; readonly callback: () => void }>();

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, ms: number): number {
    this.#last += 1;
    this.#timers.set(this.#last, { at: this.#now + ms, callback });
    return this.#last;
  }

  clearTimeout(timer: unknown): void {
    if (typeof timer === 'number') this.#timers.delete(timer);
  }

  /** Goes to the next timer due until then, and fires it; whether there is one. */
  fire(until = Infinity): boolean {
    let next: number | undefined;
    let due = until;
    for (const [timer, { at }] of this.#timers) {
      // Of those due together the one that was set first.
      if (at < due || (at === due && next === undefined)) [next, due] = [timer, at];
    }
    const fired = next === undefined ? undefined : this.#timers.get(next);
    if (next === undefined || !fired) return false;
    this.#timers.delete(next);
    this.#now = Math.max(this.#now, fired.at);
    fired.callback();
    return true;
  }

  /** Goes to a time before which nothing is due. */
  pass(to: number): void {
    this.#now = Math.max(this.#now, to);
  }
}
