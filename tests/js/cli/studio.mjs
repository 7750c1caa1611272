// A served studio, asked as a browser would, and as nobody should.
import { connect } from 'node:net';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { sagaward } from './child.mjs';

/** Serves the studio until the end of the test. */
export async function studio(t, cwd, args = [], options) {
  const child = sagaward(t, cwd, ['studio', ...args], options);
  const [, address] = await child.says(/\n(http:\S+)\n/);
  const { hash, origin, host, port } = new URL(address);
  const token = new URLSearchParams(hash.slice(1)).get('live');
  return { child, address, origin, host, port: Number(port), token };
}

/** What the server answers to these bytes. */
export function raw({ port }, bytes) {
  return new Promise((resolve, reject) => {
    let answer = '';
    connect(port, '127.0.0.1')
      .setEncoding('latin1')
      .on('data', (text) => (answer += text))
      .on('error', reject)
      .on('close', () => {
        const [head, ...body] = answer.split('\r\n\r\n');
        const [status, ...lines] = head.split('\r\n');
        const headers = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
        resolve({ status: Number(status.split(' ')[1]), headers, body: body.join('\r\n\r\n') });
      })
      .end(bytes, 'latin1');
  });
}

/** A request line by line; the headers are given as they are to be sent. */
export function asked(server, { method = 'GET', path = '/', headers = {} } = {}) {
  const lines = Object.entries({ Host: server.host, Connection: 'close', ...headers }).flatMap(([name, value]) => (value === undefined ? [] : [value].flat().map((one) => `${name}: ${one}\r\n`)));
  return raw(server, `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
}

/** Hears a stream of the server until the end of the test. */
export class Heard {
  /** Of what kinds all that was heard is. */
  types = [];
  /** Every row of the list that was heard. */
  rows = [];
  #events = [];
  #wake;
  #reading = true;

  static async at(t, { origin, token }, path) {
    const aborting = new AbortController();
    t.after(() => aborting.abort());
    const response = await fetch(`${origin}${path}`, { headers: { authorization: `Bearer ${token}` }, signal: aborting.signal });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    const heard = new Heard();
    void heard.#read(response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream()));
    return heard;
  }

  async #read(stream) {
    try {
      for await (const { event, data } of stream) this.#take({ type: event, data: JSON.parse(data) });
    } catch {
      // The test is over, or the server.
    }
    this.#reading = false;
    this.#wake?.();
  }

  #take(event) {
    this.#events.push(event);
    this.types.push(event.type);
    if (event.type === 'sagas') this.rows.push(...event.data.sagas);
    this.#wake?.();
  }

  /** All that is heard until one of them is as wanted, that one last. */
  async until(wanted) {
    const all = [];
    for (;;) {
      while (this.#events.length > 0) {
        all.push(this.#events.shift());
        if (wanted(all.at(-1))) return all;
      }
      if (!this.#reading) throw new Error(`the stream ended; heard were ${JSON.stringify(all).slice(0, 2_000)}`);
      await new Promise((resolve) => (this.#wake = resolve));
    }
  }

  /** The first row of the list, not heard before, that is as wanted. */
  async row(wanted) {
    const { data } = (await this.until(({ type, data }) => type === 'sagas' && data.sagas.some(wanted))).at(-1);
    return data.sagas.find(wanted);
  }

  /** Until the server ends the stream. */
  async end() {
    while (this.#reading) await new Promise((resolve) => (this.#wake = resolve));
  }
}
