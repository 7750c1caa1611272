import type { Saga, SagaEvent } from '../../slim.js';
import { json } from './json.js';
import { lines } from './lines.js';

/** Shows sagas while they are driven. */
export interface Progress {
  begins(saga: Saga): void;
  event(saga: Saga, event: SagaEvent): void;
  ends(saga: Saga): void;
  /** For who watches, beside what is shown. */
  note(text: string): void;
  close(): void;
}

/** `several`: whether lines must say which saga they are about. */
export type Show = (several: boolean) => Promise<Progress>;

export const PROGRESS: Readonly<Record<string, Show>> = {
  async pretty(several) {
    const isTerminal = process.stdout.isTTY && process.stdout.rows > 0 && process.env['TERM'] !== 'dumb';
    // Loaded only there: with it comes all that a terminal needs.
    return isTerminal ? (await import('./live.js')).live() : lines(several);
  },
  json: async () => json(),
};
