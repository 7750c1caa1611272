import type { SagaEvent } from 'sagaward/slim';

import { crc32 } from './crc32.ts';
import { Unreadable } from './file.ts';

/** What a journal puts behind an event: the line followed, the writer, how many lines of the append come, the line itself. */
const CHAIN = /,"chain":"([0-9a-f]{8}) [0-9a-f]{8} (\d{1,10}) ([0-9a-f]{8})"\}$/;
const TORN = / -- torn$/;
const CRC_AND_END = 10;
const LINE_FEED = 10;

interface Line {
  readonly event: SagaEvent | { readonly seq: number; readonly type: 'journal_moved'; readonly to: string };
  /** Absent in a log that was saved without a journal's chain. */
  readonly chain?: { readonly follows: string; readonly left: number; readonly crc: string };
}

/**
 * The events of a journal's file, or of a log: an event on each line. Of a journal those count that
 * `FileJournal` counts: the first line that follows another, and an append with its last line.
 */
export function eventsOf(bytes: Uint8Array): SagaEvent[] {
  const events: SagaEvent[] = [];
  let tail = { seq: 0, crc: '00000000' };
  let append: Line[] = [];
  let lost = '';
  for (const [number, line] of linesOf(bytes)) {
    const read = parsed(line, number);
    if (!read) continue;
    const { event, chain } = read;
    const before = append.at(-1);
    const isNext = event.seq === tail.seq + 1 || events.length === 0;
    if (isNext && (!chain || chain.follows === tail.crc)) {
      append = [];
    } else if (!before || !chain || chain.follows !== before.chain?.crc || chain.left !== before.chain.left - 1 || event.seq !== before.event.seq + 1) {
      if (event.seq > tail.seq && chain?.follows !== lost) throw new Unreadable(`line ${number}: event ${event.seq} cannot follow event ${tail.seq}: lines are missing`);
      lost = chain?.crc ?? '';
      continue;
    }
    append.push(read);
    if (chain && chain.left > 0) continue;
    for (const { event } of append.splice(0)) {
      if (event.type === 'journal_moved') throw new Unreadable(`line ${number}: the saga goes on in the file ${event.to}. Open that one`);
      events.push(event);
    }
    tail = { seq: event.seq, crc: chain?.crc ?? tail.crc };
  }
  if (events.length === 0) throw new Unreadable('it holds no event');
  return events;
}

function* linesOf(bytes: Uint8Array): Generator<[number: number, line: Uint8Array], void, void> {
  let from = 0;
  // What stands behind the last line was never finished.
  for (let number = 1, end = bytes.indexOf(LINE_FEED); end >= 0; number += 1, end = bytes.indexOf(LINE_FEED, from)) {
    yield [number, bytes.subarray(from, end)];
    from = end + 1;
  }
}

const decoder = new TextDecoder();

function parsed(line: Uint8Array, number: number): Line | undefined {
  const text = decoder.decode(line);
  if (text.trim() === '' || TORN.test(text)) return undefined;
  const [field = '', follows = '', left, crc = ''] = CHAIN.exec(text) ?? [];
  if (crc && crc32(line.subarray(0, -CRC_AND_END)) !== crc) throw new Unreadable(`line ${number}: this is not what was written`);
  try {
    const event = JSON.parse(crc ? `${text.slice(0, -field.length)}}` : text) as SagaEvent;
    if (!Number.isSafeInteger(event.seq) || typeof event.type !== 'string') throw new SyntaxError('it is no event');
    return { event, ...(crc && { chain: { follows, left: Number(left), crc } }) };
  } catch (error) {
    throw new Unreadable(`line ${number}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
