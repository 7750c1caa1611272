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
/** What a packed value takes beside its string, at most. */
const ROOM = 16;

/** Platforms of 2023 know whether a text has a lone surrogate, which is no JSON, without reading all of it. */
const CAN_PACK = typeof ''.isWellFormed === 'function';

const encoder = new TextEncoder();

/** Thrown where packing is not enough, so that the walk itself is nothing but writing. */
const GIVE_UP = Symbol('the value goes the way of JSON');

let bytes = new Uint8Array(4096);
let at = 0;
let busy = false;
let units = 0;
let values = 0;

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
  at = units = values = 0;
  try {
    // Then every object would seem to have what this one has.
    for (const _ in Object.prototype) return undefined;
    packDefinition(definition);
  } catch {
    // What a getter threw, `JSON.stringify` will meet again.
    return undefined;
  }
  return units * UNIT + values * AROUND_A_STRING <= mostBytes ? bytes.subarray(0, at) : undefined;
}

function packDefinition(definition: unknown): void {
  begin(definition);
  for (const key in definition) {
    const value = definition[key];
    if (value === undefined) continue;
    switch (key) {
      case 'name': scalar(NAME, value); break;
      case 'session_id': scalar(SESSION_ID, value); break;
      case 'saga_id': scalar(SAGA_ID, value); break;
      case 'steps': list(STEPS, value, packStep); break;
      case 'fan_out': list(FAN_OUT, value, packGroup); break;
      case 'metadata': anyJson(METADATA, value); break;
      default: throw GIVE_UP;
    }
  }
  bytes[at++] = END;
}

function packStep(step: unknown): void {
  begin(step);
  for (const key in step) {
    const value = step[key];
    if (value === undefined) continue;
    switch (key) {
      case 'id': text(ID, value); break;
      case 'action_id': text(ACTION_ID, value); break;
      case 'agent': scalar(AGENT, value); break;
      case 'execute_api': scalar(EXECUTE_API, value); break;
      case 'undo_api': scalar(UNDO_API, value); break;
      case 'timeout': scalar(TIMEOUT, value); break;
      case 'retries': scalar(RETRIES, value); break;
      case 'depends_on': list(DEPENDS_ON, value, packText); break;
      case 'checkpoint_goal': scalar(CHECKPOINT_GOAL, value); break;
      default: throw GIVE_UP;
    }
  }
  bytes[at++] = END;
}

function packGroup(group: unknown): void {
  begin(group);
  for (const key in group) {
    const value = group[key];
    if (value === undefined) continue;
    switch (key) {
      case 'policy': text(POLICY, value); break;
      case 'branches': list(BRANCHES, value, packText); break;
      default: throw GIVE_UP;
    }
  }
  bytes[at++] = END;
}

/** Begins an object that JSON writes as its own members, which are all that `for…in` meets. */
function begin(value: unknown): asserts value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || (value as { toJSON?: unknown }).toJSON !== undefined) throw GIVE_UP;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw GIVE_UP;
  makeRoom(ROOM);
  bytes[at++] = OBJECT;
}

function list(key: number, items: unknown, packItem: (item: unknown) => void): void {
  if (!Array.isArray(items) || (items as { toJSON?: unknown }).toJSON !== undefined) throw GIVE_UP;
  makeRoom(ROOM);
  bytes[at++] = key;
  bytes[at++] = ARRAY;
  for (let index = 0; index < items.length; index += 1) packItem(items[index]);
  makeRoom(ROOM);
  bytes[at++] = END;
}

/** A value of which the rules ask only what it is, and of a string whether it is empty or blank. */
function scalar(key: number, value: unknown): void {
  if (typeof value === 'string') {
    const first = value.charCodeAt(0);
    const visible = first > 0x20 && first < 0x7f;
    if (!visible) return text(key, value);
    if (!value.isWellFormed()) throw GIVE_UP;
    units += value.length;
  }
  values += 1;
  makeRoom(ROOM);
  bytes[at++] = key;
  if (typeof value === 'string') {
    bytes[at++] = SOME_STRING;
  } else if (value === null) {
    bytes[at++] = NULL;
  } else {
    if (typeof value !== 'number' || value >>> 0 !== value) throw GIVE_UP;
    bytes[at++] = WHOLE_NUMBER;
    writeU32(value);
  }
}

function text(key: number, value: unknown): void {
  makeRoom(ROOM);
  bytes[at++] = key;
  packText(value);
}

function packText(text: unknown): void {
  if (typeof text !== 'string') throw GIVE_UP;
  const { length } = text;
  // Longer ones might not fit the two bytes of their length.
  if (length > 0xffff / 3) throw GIVE_UP;
  units += length;
  values += 1;
  makeRoom(ROOM + 3 * length);
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
  at = start + written;
}

/** Any object that its owner put there: the core only wants to know how deep it is nested. */
function anyJson(key: number, value: unknown): void {
  begin(value);
  const text = JSON.stringify(value);
  units += text.length;
  makeRoom(ROOM + 3 * text.length);
  // In place of what began.
  bytes[at - 1] = key;
  bytes[at++] = JSON_TEXT;
  const { written } = encoder.encodeInto(text, bytes.subarray(at + 4));
  writeU32(written);
  at += written;
}

function writeU32(value: number): void {
  bytes[at++] = value & 0xff;
  bytes[at++] = (value >>> 8) & 0xff;
  bytes[at++] = (value >>> 16) & 0xff;
  bytes[at++] = value >>> 24;
}

function makeRoom(length: number): void {
  if (at + length <= bytes.length) return;
  const larger = new Uint8Array((at + length) * 2);
  larger.set(bytes);
  bytes = larger;
}
