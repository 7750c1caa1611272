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
  #hasRung = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#hasRung = true;
    this.#wake?.();
  }

  async heard(signal: AbortSignal): Promise<void> {
    if (!this.#hasRung) {
      await new Promise<void>((resolve, reject) => {
        this.#wake = resolve;
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    }
    this.#hasRung = false;
  }
}
