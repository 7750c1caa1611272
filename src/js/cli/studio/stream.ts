import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

/** Server-sent events to one client, as fast as it takes them: nothing but the last one waits for it. */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #closing = new AbortController();

  constructor(response: ServerResponse) {
    this.#response = response;
    response.on('close', () => this.#closing.abort());
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    response.flushHeaders();
  }

  /** Aborted when the client has gone, or the server ends. */
  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  /** Resolves when the client has taken enough for more to be sent; rejects when it has gone. */
  async send(type: string, data: unknown): Promise<void> {
    const text = `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
    if (!this.#response.write(text)) await once(this.#response, 'drain', { signal: this.closed });
    this.closed.throwIfAborted();
  }
}

/** Something that happens again and again; what happens while nobody waits counts once. */
export class Bell {
  readonly #signal: AbortSignal;
  #hasRung = false;
  #wake: (() => void) | undefined;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake?.(), { once: true });
  }

  ring(): void {
    this.#hasRung = true;
    this.#wake?.();
  }

  /** Rejects once the signal is aborted. */
  async heard(): Promise<void> {
    if (!this.#hasRung && !this.#signal.aborted) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#signal.throwIfAborted();
    this.#hasRung = false;
  }
}
