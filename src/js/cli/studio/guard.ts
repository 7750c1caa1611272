import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export interface Refusal {
  readonly status: 403 | 404 | 405;
  readonly reason: string;
}

/** Who may ask for what: pages of other sites can reach a port of this machine, and other users of it too. */
export class Guard {
  readonly #hosts: ReadonlySet<string>;
  readonly #token: Buffer;

  constructor(port: number, token: string) {
    // As a browser writes them, which leaves the port 80 out.
    this.#hosts = new Set(['127.0.0.1', 'localhost'].map((name) => new URL(`http://${name}:${port}`).host));
    this.#token = digest(`Bearer ${token}`);
  }

  /** What is wrong with a request, whatever it asks for. */
  refuses({ method = '', headersDistinct: { host = [], origin = [] } }: IncomingMessage): Refusal | undefined {
    // A foreign name that was made to mean this machine has another host.
    if (host.length !== 1 || !this.#hosts.has(host[0] ?? '')) return { status: 403, reason: 'This server answers only to 127.0.0.1 and localhost, with its port.' };
    if (origin.some((one) => !one.startsWith('http://') || !this.#hosts.has(one.slice('http://'.length)))) return { status: 403, reason: 'This server answers no other site.' };
    if (method !== 'GET' && method !== 'HEAD') return { status: 405, reason: 'This server only reads: GET and HEAD.' };
    return undefined;
  }

  /** Whether it carries the token, without telling how much of it was right. */
  admits({ headers: { authorization = '' } }: IncomingMessage): boolean {
    return timingSafeEqual(digest(authorization), this.#token);
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
