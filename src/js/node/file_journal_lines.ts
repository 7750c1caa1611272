// The lines of a journal's file. Each is an event, and says in a last field `chain` which line it
// follows; the first line that follows another is the one that counts. So the file alone decides
// between writers, and nothing that was written ever has to be changed.
import { crc32 } from 'node:zlib';
import { json } from '../arguments.js';
import type { SagaEvent } from '../saga.js';

/** Ends a line that was torn, so that what is written next stands on one of its own. */
export const TORN = ' -- torn\n';

/** Ends a file whose content has moved: the last line of one that was compacted. */
export interface Moved {
  seq: number;
  type: 'journal_moved';
  /** The name of the file that takes the place of this one. */
  to: string;
}

/** What the first line follows. */
const NOTHING = '00000000';
const LINE_FEED = 10;
/** More than any event holds: what goes on longer is none of our files. */
const LONGEST_LINE = 2 ** 28;
const MOST_CHAIN = 64;
// The line followed, the writer, how many lines of the same append come behind, the line itself.
const CHAIN = /,"chain":"([0-9a-f]{8}) ([0-9a-f]{8}) (\d{1,10}) ([0-9a-f]{8})"\}$/;
const WHOLE_LINES = /,"chain":"[0-9a-f]{8} [0-9a-f]{8} \d{1,10} [0-9a-f]{8}"\}/g;
const CRC_AND_END = 10;

/** What is known of a file: all that a line to come must follow. */
export interface Tail {
  /** The number of the last event, and the checksum of its line. */
  seq: number;
  crc: string;
  /** Behind its last byte, and the number of its line. */
  end: number;
  lines: number;
  /** Behind the last byte there is; whether that one ends no line. */
  size: number;
  torn: boolean;
  /** Where the file's content has moved. */
  movedTo: string | undefined;
}

export function emptyTail(): Tail {
  return { seq: 0, crc: NOTHING, end: 0, lines: 0, size: 0, torn: false, movedTo: undefined };
}

/** The lines of one append, and the tail that they make where they count. */
export function encode(events: readonly (SagaEvent | Moved)[], tail: Tail, writer: string): { text: string; length: number; tail: Tail } {
  let { crc, seq, movedTo } = tail;
  let text = tail.torn ? TORN : '';
  for (const [index, event] of events.entries()) {
    const line = `${json(event, 'an event').slice(0, -1)},"chain":"${crc} ${writer} ${events.length - 1 - index} `;
    crc = checksum(line);
    text += `${line}${crc}"}\n`;
    ({ seq } = event);
    if (event.type === 'journal_moved') movedTo = event.to;
  }
  const length = Buffer.byteLength(text);
  const end = tail.size + length;
  const lines = tail.lines + events.length;
  return { text, length, tail: { seq, crc, end, lines, size: end, torn: false, movedTo } };
}

interface Line {
  event: SagaEvent | Moved;
  follows: string;
  left: number;
  crc: string;
}

/** What no writer leaves behind. */
export class CorruptLine extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/** Reads a file from a tail on, piece by piece; what counts comes out. */
export class Scanner {
  readonly tail: Tail;
  /** Whether the append that ends with the awaited line counts. */
  found = false;
  readonly #awaited: Pick<Tail, 'seq' | 'crc'> | undefined;
  #rest: Buffer[] = [];
  #restLength = 0;
  #line: number;
  #at: number;
  /** The lines of an append whose end has not come yet. */
  #batch: Line[] = [];
  /** The checksum of the last line that lost: those of the same append follow it. */
  #lost = '';

  constructor(tail: Tail, awaited?: Pick<Tail, 'seq' | 'crc'>) {
    this.#awaited = awaited;
    this.tail = { ...tail, size: tail.end, torn: false };
    this.#line = tail.lines;
    this.#at = tail.end;
  }

  /** The events that count because of these bytes. */
  push(bytes: Buffer): SagaEvent[] {
    const events: SagaEvent[] = [];
    this.tail.size += bytes.length;
    let from = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0 && this.tail.movedTo === undefined; end = bytes.indexOf(LINE_FEED, from)) {
      const line = this.#join(bytes.subarray(from, end));
      from = end + 1;
      this.#line += 1;
      this.#at += line.length + 1;
      const read = parse(line);
      if (read) this.#take(read, events);
      else if (!isTorn(line)) throw new CorruptLine(this.#line, 'this is not what was written');
    }
    this.#keep(bytes.subarray(from));
    return events;
  }

  /** At the end of the file: what is left over must be a line that nobody finished. */
  finish(): Tail {
    const rest = this.#join(Buffer.alloc(0));
    this.tail.torn = rest.length > 0;
    if (this.tail.movedTo !== undefined) return this.tail;
    for (const whole of rest.toString('latin1').matchAll(WHOLE_LINES)) {
      const end = whole.index + whole[0].length;
      if (end < rest.length && parse(rest.subarray(0, end))) throw new CorruptLine(this.#line + 1, 'the end of this line is not what was written');
    }
    return this.tail;
  }

  #take(line: Line, events: SagaEvent[]): void {
    const { tail } = this;
    const { seq, type } = line.event;
    const before = this.#batch.at(-1);
    // A compacted file begins where its snapshot ends.
    const isNext = seq === tail.seq + 1 || (tail.end === 0 && type === 'saga_compacted');
    if (line.follows === tail.crc && isNext) {
      // The append before it, if any, was never finished.
      this.#batch = [];
    } else if (!before || line.follows !== before.crc || line.left !== before.left - 1 || seq !== before.event.seq + 1) {
      // Somebody's who did not know of a line that came first.
      if (seq > tail.seq && line.follows !== this.#lost) throw new CorruptLine(this.#line, `event ${seq} cannot follow event ${tail.seq}: lines are missing`);
      this.#lost = line.crc;
      return;
    }
    this.#batch.push(line);
    if (line.left > 0) return;
    for (const { event } of this.#batch.splice(0)) {
      if (event.type === 'journal_moved') tail.movedTo = event.to;
      else events.push(event);
    }
    if (seq === this.#awaited?.seq && line.crc === this.#awaited.crc) this.found = true;
    Object.assign(tail, { seq, crc: line.crc, end: this.#at, lines: this.#line });
  }

  #keep(bytes: Buffer): void {
    this.#rest.push(bytes);
    this.#restLength += bytes.length;
    if (this.#restLength > LONGEST_LINE) throw new CorruptLine(this.#line + 1, 'no event is as long as this line');
  }

  #join(bytes: Buffer): Buffer {
    if (this.#restLength === 0) return bytes;
    const line = Buffer.concat([...this.#rest, bytes]);
    this.#rest = [];
    this.#restLength = 0;
    return line;
  }
}

function parse(line: Buffer): Line | undefined {
  const chain = CHAIN.exec(line.toString('latin1', Math.max(0, line.length - MOST_CHAIN)));
  if (!chain) return undefined;
  const [field, follows, , left, crc] = chain as unknown as [string, string, string, string, string];
  if (checksum(line.subarray(0, -CRC_AND_END)) !== crc) return undefined;
  try {
    const event = JSON.parse(`${line.toString('utf8', 0, line.length - field.length)}}`) as SagaEvent;
    return Number.isSafeInteger(event.seq) ? { event, follows, left: Number(left), crc } : undefined;
  } catch {
    return undefined;
  }
}

function isTorn(line: Buffer): boolean {
  return line.toString('latin1', Math.max(0, line.length - TORN.length + 1)) === TORN.slice(0, -1);
}

function checksum(bytes: string | Buffer): string {
  return crc32(bytes).toString(16).padStart(8, '0');
}
