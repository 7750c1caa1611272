import { EventSourceParserStream } from 'eventsource-parser/stream';

import { token } from './access.ts';

export interface Listener {
  /** Called with each event; the server begins from the beginning after every `opened`. */
  told(type: string, data: unknown): void;
  opened(): void;
  lost(words: string): void;
}

const [FIRST_WAIT_MS, LONGEST_WAIT_MS] = [250, 4_000];

/** Listens to the server until aborted. Where it breaks off it is asked again; a page that nobody sees listens to nothing. */
export async function listen(path: string, signal: AbortSignal, listener: Listener): Promise<void> {
  let wait = FIRST_WAIT_MS;
  while (!signal.aborted) {
    await untilSeen(signal);
    try {
      await hear(path, signal, listener, () => (wait = FIRST_WAIT_MS));
    } catch (error) {
      if (!signal.aborted && !document.hidden) listener.lost(error instanceof Refused ? error.message : 'The server does not answer.');
    }
    if (!document.hidden) await pause(wait, signal);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
}

class Refused extends Error {}

async function hear(path: string, signal: AbortSignal, listener: Listener, isWell: () => void): Promise<never> {
  const ending = new AbortController();
  const hide = () => document.hidden && ending.abort();
  const end = () => ending.abort();
  signal.addEventListener('abort', end);
  document.addEventListener('visibilitychange', hide);
  try {
    const response = await fetch(path, { headers: { authorization: `Bearer ${token}` }, signal: ending.signal });
    if (!response.ok || !response.body) throw new Refused(await response.text());
    isWell();
    listener.opened();
    const reader = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) throw new Error('the server has ended the stream');
      listener.told(value.event ?? '', JSON.parse(value.data));
    }
  } finally {
    ending.abort();
    signal.removeEventListener('abort', end);
    document.removeEventListener('visibilitychange', hide);
  }
}

function untilSeen(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (document.hidden && !signal.aborted) return;
      document.removeEventListener('visibilitychange', look);
      signal.removeEventListener('abort', look);
      resolve();
    };
    document.addEventListener('visibilitychange', look);
    signal.addEventListener('abort', look);
    look();
  });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
