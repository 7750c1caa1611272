import { signal } from '@preact/signals';

/** The time on the wall, as exactly as an age is told. */
export const wallTime = signal(Date.now());

export function keepTime(): void {
  setInterval(() => {
    if (!document.hidden) wallTime.value = Date.now();
  }, 1_000);
}
