import { signal } from '@preact/signals';
import { Saga, type SagaEvent, SagawardError, type SagaSnapshot } from 'sagaward/slim';

import { discard, type Driver, follow } from '../state/saga.ts';
import { listen } from './listen.ts';
import { LogEnd } from './log-end.ts';

/** The saga of the list that the page shows, by its key. */
export const watched = signal<string | undefined>(undefined);
/** How it stands with it; the words are for a person. */
export const standing = signal<{ readonly state: 'reading' | 'live' | 'trouble'; readonly words: string }>({ state: 'reading', words: '' });

let leaving: AbortController | undefined;

/** Shows a saga of the list, as its journal says and goes on to say. */
export function watch(key: string): void {
  if (watched.peek() === key) return;
  leave();
  const here = (leaving = new AbortController());
  watched.value = key;
  say('reading', 'Reading its journal…');
  void listen(`live/sagas/${key}`, here.signal, new Viewer(here.signal, leave));
}

/** Gives the page back. */
export function unwatch(): void {
  if (watched.peek() === undefined) return;
  leave();
  discard();
}

function leave(): void {
  leaving?.abort();
  leaving = undefined;
  watched.value = undefined;
}

function say(state: 'reading' | 'live' | 'trouble', words: string): void {
  standing.value = { state, words };
}

/** Folds what it is told, and shows it as often as there is something to see. */
class Viewer {
  readonly #signal: AbortSignal;
  readonly #driver: Driver;
  #state: SagaSnapshot | undefined;
  #log = new LogEnd();
  /** Whether its events made no saga, up to the next beginning. */
  #isRefused = false;
  #isAsked = false;

  /** Calls `leave` when the page shows another saga instead. */
  constructor(signal: AbortSignal, leave: () => void) {
    this.#signal = signal;
    this.#driver = { leave: () => signal.aborted || leave(), soon: (show) => show(), isElsewhere: true };
  }

  opened(): void {
    say('reading', 'Reading its journal…');
  }

  lost(words: string): void {
    say('trouble', `${words} It is asked again; below is what was known last.`);
  }

  told(type: string, data: unknown): void {
    if (this.#signal.aborted) return;
    switch (type) {
      case 'begin':
        this.#state = undefined;
        this.#log = new LogEnd();
        this.#isRefused = false;
        break;
      case 'events':
        if (!this.#isRefused) this.#fold(data as readonly SagaEvent[]);
        break;
      case 'now':
        if (!this.#isRefused) say('live', this.#state ? '' : 'Nothing of it is durable yet.');
        this.#showSoon();
        break;
      case 'gone':
        say('trouble', 'Its file was removed; below is what was known last.');
        break;
      case 'unreadable':
        say('trouble', (data as { problem: string }).problem);
        this.#showSoon();
        break;
    }
  }

  #fold(events: readonly SagaEvent[]): void {
    try {
      const saga = this.#state ? Saga.restore(this.#state, events) : Saga.replay(events);
      this.#state = saga.snapshot();
      saga.free();
      this.#log.push(events, this.#state);
      this.#showSoon();
    } catch (error) {
      if (!(error instanceof SagawardError)) throw error;
      this.#isRefused = true;
      say('trouble', `Its events make no saga: ${error.message}`);
    }
  }

  #showSoon(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    requestAnimationFrame(() => {
      this.#isAsked = false;
      if (this.#state && !this.#signal.aborted) follow(Saga.restore(this.#state), this.#log.events(), this.#log.before, this.#driver);
    });
  }
}
