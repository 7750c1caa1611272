// A definition that is an ordinary value, packed for the core's fast verdict; src/definition/packed.rs says how it is written.
// It holds what `JSON.stringify` would write, as far as the verdict needs it. Where that takes more than looking (a `toJSON`, a
// class of its own, a key nobody knows), nothing is packed and the value goes the way of JSON.

const END = 0;
const OBJECT = 0x7b;
const ARRAY = 0x5b;
const STRING = 0x22;
const SOME_STRING = 0x73;
const WHOLE_NUMBER = 0x31;
const NULL = 0x6e;
const JSON_TEXT = 0x6a;

// The numbers of the keys, as the core counts them.
const ID = 1;
const ACTION_ID = 2;
const AGENT = 3;
const EXECUTE_API = 4;
const UNDO_API = 5;
const TIMEOUT = 6;
const RETRIES = 7;
const DEPENDS_ON = 8;
const CHECKPOINT_GOAL = 9;
const POLICY = 10;
const BRANCHES = 11;
const NAME = 12;
const SESSION_ID = 13;
const STEPS = 14;
const SAGA_ID = 15;
const FAN_OUT = 16;
const METADATA = 17;

/** A member takes no more in JSON beside its string: the longest key, its quotes, a number. */
const AROUND_A_STRING = 40;
/** A unit of UTF-16 takes no more in JSON: `\u0000`. */
const UNIT = 6;
/** From the beginning of an object, or a string, to the next of them: the numbers of a step and what closes behind them take less. */
const ROOM = 128;

/** Platforms of 2023 know whether a text has a lone surrogate, which is no JSON, without reading all of it. */
const CAN_PACK = typeof ''.isWellFormed === 'function';

const encoder = new TextEncoder();

/** Thrown where packing is not enough, so that the walk itself is nothing but writing. */
const GIVE_UP = Symbol('the value goes the way of JSON');

let bytes = new Uint8Array(4096);
let busy = false;
/** How many bytes the value may still take as JSON. */
let left = 0;

/** Works with a definition packed, or with nothing. The bytes are good while `work` runs. */
export function withPacked<T>(definition: unknown, mostBytes: number, work: (packed: Uint8Array | undefined) => T): T {
  // What a getter does while a value is packed may judge another: that one is not packed.
  if (!CAN_PACK || busy) return work(undefined);
  busy = true;
  try {
    return work(pack(definition, mostBytes));
  } finally {
    busy = false;
  }
}

function pack(definition: unknown, mostBytes: number): Uint8Array | undefined {
  left = mostBytes;
  let length: number;
  try {
    // Then every object would seem to have what this one has.
    for (const _ in Object.prototype) return undefined;
    length = packDefinition(definition);
  } catch {
    // What a getter threw, `JSON.stringify` will meet again.
    return undefined;
  }
  return left >= 0 ? bytes.subarray(0, length) : undefined;
}

// Each of these writes at `at` and returns the place behind what it wrote: a place that all share would be read and written
// anew for each byte.

function packDefinition(definition: unknown): number {
  demandOrdinary(definition);
  let at = begin(0);
  for (const key in definition) {
    const value = definition[key];
    if (value === undefined) continue;
    switch (key) {
      case 'name': at = scalar(at, NAME, value); break;
      case 'session_id': at = scalar(at, SESSION_ID, value); break;
      case 'saga_id': at = scalar(at, SAGA_ID, value); break;
      case 'steps': at = list(at, STEPS, value, packStep); break;
      case 'fan_out': at = list(at, FAN_OUT, value, packGroup); break;
      case 'metadata': at = anyJson(at, METADATA, value); break;
      default: throw GIVE_UP;
    }
  }
  return end(at);
}

const STEP_KEYS = new Map([
  ['id', ID], ['action_id', ACTION_ID], ['agent', AGENT], ['execute_api', EXECUTE_API], ['undo_api', UNDO_API],
  ['timeout', TIMEOUT], ['retries', RETRIES], ['depends_on', DEPENDS_ON], ['checkpoint_goal', CHECKPOINT_GOAL],
]);
// The keys of the step before, in their order, and their numbers: most steps have the same, and one comparison tells.
const lastKeys = [...STEP_KEYS.keys()];
const lastNumbers = Uint8Array.from(STEP_KEYS.values());

function packStep(at: number, step: unknown): number {
  demandOrdinary(step);
  at = begin(at);
  let index = 0;
  for (const key in step) {
    const value = step[key];
    if (value === undefined) continue;
    if (index === lastKeys.length) throw GIVE_UP;
    if (key !== lastKeys[index]) learnKey(index, key);
    const number = lastNumbers[index] as number;
    index += 1;
    switch (number) {
      case ID:
      case ACTION_ID: at = text(at, number, value); break;
      case DEPENDS_ON: at = list(at, number, value, packText); break;
      default: at = scalar(at, number, value);
    }
  }
  return end(at);
}

function learnKey(index: number, key: string): void {
  const number = STEP_KEYS.get(key);
  if (number === undefined) throw GIVE_UP;
  lastKeys[index] = key;
  lastNumbers[index] = number;
}

function packGroup(at: number, group: unknown): number {
  demandOrdinary(group);
  at = begin(at);
  for (const key in group) {
    const value = group[key];
    if (value === undefined) continue;
    switch (key) {
      case 'policy': at = text(at, POLICY, value); break;
      case 'branches': at = list(at, BRANCHES, value, packText); break;
      default: throw GIVE_UP;
    }
  }
  return end(at);
}

/** Gives up unless JSON writes the value as its own members, which are all that `for…in` meets. */
function demandOrdinary(value: unknown): asserts value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || (value as { toJSON?: unknown }).toJSON !== undefined) throw GIVE_UP;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw GIVE_UP;
}

function begin(at: number): number {
  makeRoom(at);
  bytes[at] = OBJECT;
  return at + 1;
}

function end(at: number): number {
  bytes[at] = END;
  return at + 1;
}

function list(at: number, key: number, items: unknown, packItem: (at: number, item: unknown) => number): number {
  if (!Array.isArray(items) || (items as { toJSON?: unknown }).toJSON !== undefined) throw GIVE_UP;
  bytes[at] = key;
  bytes[at + 1] = ARRAY;
  at += 2;
  for (let index = 0; index < items.length; index += 1) at = packItem(at, items[index]);
  return end(at);
}

/** A value of which the rules ask only what it is, and of a string whether it is empty or blank. */
function scalar(at: number, key: number, value: unknown): number {
  const target = bytes;
  target[at] = key;
  if (typeof value === 'string') {
    const first = value.charCodeAt(0);
    const visible = first > 0x20 && first < 0x7f;
    if (!visible) return packText(at + 1, value);
    if (!value.isWellFormed()) throw GIVE_UP;
    left -= value.length * UNIT + AROUND_A_STRING;
    target[at + 1] = SOME_STRING;
    return at + 2;
  }
  left -= AROUND_A_STRING;
  if (value === null) {
    target[at + 1] = NULL;
    return at + 2;
  }
  if (typeof value !== 'number' || value >>> 0 !== value) throw GIVE_UP;
  target[at + 1] = WHOLE_NUMBER;
  return writeU32(at + 2, value);
}

function text(at: number, key: number, value: unknown): number {
  bytes[at] = key;
  return packText(at + 1, value);
}

function packText(at: number, text: unknown): number {
  if (typeof text !== 'string') throw GIVE_UP;
  const { length } = text;
  // Longer ones might not fit the two bytes of their length.
  if (length > 0xffff / 3) throw GIVE_UP;
  left -= length * UNIT + AROUND_A_STRING;
  makeRoom(at, 3 * length);
  const target = bytes;
  const start = at + 3;
  let written = length;
  for (let index = 0; index < length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) {
      if (!text.isWellFormed()) throw GIVE_UP;
      ({ written } = encoder.encodeInto(text, target.subarray(start)));
      break;
    }
    target[start + index] = unit;
  }
  target[at] = STRING;
  target[at + 1] = written & 0xff;
  target[at + 2] = written >>> 8;
  return start + written;
}

/** Any object that its owner put there: the core only wants to know how deep it is nested. */
function anyJson(at: number, key: number, value: unknown): number {
  demandOrdinary(value);
  const text = JSON.stringify(value);
  left -= text.length * UNIT;
  makeRoom(at, 3 * text.length);
  bytes[at] = key;
  bytes[at + 1] = JSON_TEXT;
  const { written } = encoder.encodeInto(text, bytes.subarray(at + 6));
  return writeU32(at + 2, written) + written;
}

function writeU32(at: number, value: number): number {
  const target = bytes;
  target[at] = value & 0xff;
  target[at + 1] = (value >>> 8) & 0xff;
  target[at + 2] = (value >>> 16) & 0xff;
  target[at + 3] = value >>> 24;
  return at + 4;
}

/** Room for what begins at `at`, and for so many bytes of its string. */
function makeRoom(at: number, ofString = 0): void {
  const needed = at + ROOM + ofString;
  if (needed <= bytes.length) return;
  const larger = new Uint8Array(needed * 2);
  larger.set(bytes);
  bytes = larger;
}
