import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Guard, type Refusal } from './guard.js';
import { Ledger, MOST_LISTED } from './ledger.js';
import { type Page, studioPages } from './pages.js';
import { EventStream } from './stream.js';
import { tellEvents } from './tell_events.js';
import { tellSagas } from './tell_sagas.js';
import { Watch } from './watch.js';

export interface Served {
  readonly port: number;
  close(): Promise<void>;
}

const MOST_STREAMS = 64;
const SAGA = /^\/live\/sagas\/([0-9a-f]{64})$/;

// What index.html says itself, and that nobody may frame it. Nothing is kept: the next start has other content and another token.
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'nonce-codemirror'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** Serves the studio on loopback and, to who has the token, what a journal holds. Rejects where the port cannot be had. */
export async function serve({ journal, port, token }: { journal: string | undefined; port: number; token: string }): Promise<Served> {
  const pages = studioPages();
  const live = journal === undefined ? undefined : new Live(journal);
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    const refusal = guard.refuses(request) ?? answer(request, response);
    if (refusal) refuse(response, refusal);
  });
  const answer = (request: IncomingMessage, response: ServerResponse): Refusal | undefined => {
    const path = request.url?.split('?', 1)[0] ?? '';
    const page = pages.get(path);
    if (page) return void send(request, response, page);
    if (!path.startsWith('/live/')) return { status: 404, reason: 'There is no such page.' };
    if (!live) return { status: 404, reason: 'No journal is shown: start with --journal.' };
    if (!guard.admits(request)) return { status: 403, reason: 'The token is not the one of this server: open the address that it printed.' };
    return live.answer(path, request, response);
  };
  await live?.start();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  const bound = (server.address() as AddressInfo).port;
  const guard = new Guard(bound, token);
  return {
    port: bound,
    close: () => new Promise((resolve) => {
      live?.stop();
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}

/** The journal's part of the server. */
class Live {
  readonly #directory: string;
  readonly #watch: Watch;
  readonly #ledger: Ledger;
  #streams = 0;

  constructor(directory: string) {
    this.#directory = directory;
    this.#watch = new Watch(directory, MOST_LISTED);
    this.#ledger = new Ledger(directory, this.#watch);
  }

  start(): Promise<void> {
    return this.#watch.start();
  }

  stop(): void {
    this.#watch.stop();
    this.#ledger.stop();
  }

  answer(path: string, request: IncomingMessage, response: ServerResponse): Refusal | undefined {
    const [, key] = SAGA.exec(path) ?? [];
    if (path !== '/live/sagas' && key === undefined) return { status: 404, reason: 'There is no such page.' };
    if (this.#streams >= MOST_STREAMS) return { status: 403, reason: `So many pages look on already: ${MOST_STREAMS}. Close some.` };
    if (request.method === 'HEAD') return void response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' }).end();
    this.#streams += 1;
    response.on('close', () => (this.#streams -= 1));
    const stream = new EventStream(response);
    const telling = key === undefined ? tellSagas(stream, this.#ledger, this.#watch) : tellEvents(stream, this.#directory, key, this.#watch);
    telling.catch((error: unknown) => {
      if (!stream.closed.aborted) throw error;
    });
    return undefined;
  }
}

function send({ method }: IncomingMessage, response: ServerResponse, { type, content }: Page): void {
  response.writeHead(200, { 'content-type': type, 'content-length': content.length });
  response.end(method === 'HEAD' ? undefined : content);
}

function refuse(response: ServerResponse, { status, reason }: Refusal): void {
  const content = Buffer.from(`${reason}\n`);
  const allow = status === 405 ? { allow: 'GET, HEAD' } : {};
  // What it still sends is not waited for.
  response.writeHead(status, { ...allow, 'content-type': 'text/plain; charset=utf-8', 'content-length': content.length, connection: 'close' }).end(content);
}
