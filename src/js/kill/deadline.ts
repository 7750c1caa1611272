/** What a wait gives when its time is up; a symbol, since callbacks may return anything. */
export const TIME_UP = Symbol('time up');

/** A time-out that several waits share. */
export class Deadline {
  readonly passed: Promise<typeof TIME_UP>;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ms: number) {
    this.passed = new Promise((resolve) => {
      this.#timer = setTimeout(() => resolve(TIME_UP), ms);
    });
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}
