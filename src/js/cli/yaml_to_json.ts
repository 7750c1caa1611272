import { EVENT_ID, getScalarValue, type Event, type MappingEvent, type ScalarEvent, type SequenceEvent } from 'js-yaml';
import { nodePlaces, type Place } from './yaml_places.js';
import { isJsonTag, scalarValue } from './yaml_scalars.js';
import { Transcript } from './yaml_transcript.js';

export interface Problem extends Place {
  message: string;
  help?: string | undefined;
}

export interface Written {
  json: string;
  /** What YAML allows and JSON has no word for. */
  problems: Problem[];
  /** The place in the YAML of the node written at an offset of the JSON; the alias it was written through. */
  source(offset: number): Place & { alias?: Place };
}

interface Entry {
  key: number;
  name: string;
  value: number;
  /** The alias it was merged through, or NONE. */
  via: number;
}

const NONE = -1;
/** Far more than people write; without it, merging a large mapping over and over would take quadratic time. */
const MAX_MERGED = 100_000;
/** Aliases nest what the parser's own limit cannot see. The validator allows less. */
const MAX_DEPTH = 128;
export const MAX_PROBLEMS = 100;

/**
 * Writes the document out as JSON. Duplicate keys stay (the validator reports them), aliases are written out
 * where they are used, and writing stops past `maxLength`, so that no bomb of aliases goes off.
 */
export function toJson(text: string, events: readonly Event[], maxLength: number): Written {
  const { partner, targets, documents } = index(text, events);
  const place = nodePlaces(text, events, partner);
  const problems: Problem[] = [];
  const refused = new Set<number>();
  const json = new Transcript();
  let alias = NONE;
  const open = new Set<number>();
  const keysWritten = new Map<string, string>();
  let merged = 0;

  const after = (at: number): number => (partner[at]! > at ? partner[at]! : at) + 1;
  const target = (at: number): number => targets.get(at) ?? at;

  function problem(at: number, message: string, help?: string): void {
    if (problems.length === MAX_PROBLEMS || refused.has(at)) return;
    refused.add(at);
    problems.push({ message, ...place(at), help });
  }

  function write(at: number, depth: number): void {
    const event = events[at]!;
    if (event.type === EVENT_ID.ALIAS) return writeAlias(at, depth);
    json.mark(at, alias);
    if (event.type === EVENT_ID.SCALAR) return writeScalar(at, event);
    if (event.type !== EVENT_ID.MAPPING && event.type !== EVENT_ID.SEQUENCE) return;
    checkTag(at, event, event.type === EVENT_ID.MAPPING ? 'mapping' : 'sequence');
    if (depth > MAX_DEPTH || json.length > maxLength) return json.put('null');
    open.add(at);
    if (event.type === EVENT_ID.MAPPING) writeMapping(at, depth);
    else writeSequence(at, depth);
    open.delete(at);
  }

  function writeAlias(at: number, depth: number): void {
    const node = targets.get(at);
    if (node !== undefined && !open.has(node)) return through(at, () => write(node, depth));
    const name = text.slice(place(at).start, place(at).end);
    problem(at, node === undefined ? `the alias ${name} has no anchor before it` : `the alias ${name} holds itself`);
  }

  /** The way in matters, not the aliases met on it. */
  function through(at: number, perform: () => void): void {
    const outer = alias;
    if (outer === NONE) alias = at;
    perform();
    alias = outer;
  }

  function writeSequence(at: number, depth: number): void {
    json.put('[');
    for (let item = at + 1; item < partner[at]! && json.length <= maxLength; item = after(item)) {
      if (item > at + 1) json.put(',');
      write(item, depth + 1);
    }
    json.put(']');
  }

  function writeMapping(at: number, depth: number): void {
    let separator = '{';
    const writeEntry = (key: number, name: string, value: number): void => {
      json.put(separator);
      separator = ',';
      json.mark(key, alias);
      json.put(keyWritten(name));
      write(value, depth + 1);
    };
    const merges: number[] = [];
    for (let key = at + 1; key < partner[at]! && json.length <= maxLength; ) {
      const name = keyName(key);
      const value = after(key);
      if (name === '<<') merges.push(value);
      else writeEntry(key, name, value);
      key = after(value);
    }
    for (const { key, name, value, via } of mergedEntries(at, merges, depth)) {
      if (json.length > maxLength) break;
      through(via, () => writeEntry(key, name, value));
    }
    json.put(separator === '{' ? '{}' : '}');
  }

  /** What a mapping merges (`<<`) and does not have itself; the first that has a key gives it. */
  function* mergedEntries(at: number, merges: number[], depth: number): Generator<Entry> {
    if (merges.length === 0) return;
    const known = new Set<string>();
    for (let key = at + 1; key < partner[at]!; key = after(after(key))) known.add(keyName(key));
    for (const via of mergeSources(merges)) {
      const source = target(via);
      if (open.has(source)) return problem(via, 'a mapping merges itself');
      if (depth > MAX_DEPTH) return problem(via, `mappings are merged more than ${MAX_DEPTH} deep`);
      open.add(source);
      for (const entry of entries(source, depth)) {
        if (!charge(via)) return;
        if (known.has(entry.name)) continue;
        known.add(entry.name);
        yield { ...entry, via: source === via ? entry.via : via };
      }
      open.delete(source);
    }
  }

  function* entries(at: number, depth: number): Generator<Entry> {
    const merges: number[] = [];
    for (let key = at + 1; key < partner[at]!; ) {
      const name = keyName(key);
      const value = after(key);
      if (name === '<<') merges.push(value);
      else yield { key, name, value, via: NONE };
      key = after(value);
    }
    yield* mergedEntries(at, merges, depth + 1);
  }

  /** `<<` takes a mapping or a sequence of them, mostly aliases. */
  function* mergeSources(merges: number[]): Generator<number> {
    for (const at of merges) {
      const node = target(at);
      const sources = events[node]!.type === EVENT_ID.SEQUENCE ? items(node) : [at];
      for (const source of sources) {
        if (!charge(source)) return;
        if (events[target(source)]!.type === EVENT_ID.MAPPING) yield source;
        else problem(source, 'only a mapping can be merged');
      }
    }
  }

  function* items(at: number): Generator<number> {
    for (let item = at + 1; item < partner[at]!; item = after(item)) yield item;
  }

  function charge(at: number): boolean {
    merged += 1;
    if (merged === MAX_MERGED + 1) problem(at, `more than ${MAX_MERGED} keys are merged`);
    return merged <= MAX_MERGED;
  }

  /** The steps of a long saga have the same few keys. */
  function keyWritten(name: string): string {
    let written = keysWritten.get(name);
    if (written === undefined) keysWritten.set(name, (written = `${JSON.stringify(name)}:`));
    return written;
  }

  function keyName(at: number): string {
    const event = events[target(at)]!;
    if (event.type === EVENT_ID.SCALAR) return getScalarValue(text, event);
    problem(at, 'a key must be a plain string', 'JSON has no mappings or sequences as keys');
    return '';
  }

  function writeScalar(at: number, event: ScalarEvent): void {
    checkTag(at, event, 'scalar');
    const value = scalarValue(text, event);
    if (typeof value === 'string') {
      if (!value.isWellFormed()) problem(at, 'the string holds half of a surrogate pair');
      return json.put(JSON.stringify(value));
    }
    if (value === undefined) problem(at, `${JSON.stringify(getScalarValue(text, event))} is no ${text.slice(event.tagStart, event.tagEnd)}`);
    if (typeof value === 'number' && !Number.isFinite(value)) {
      problem(at, `${getScalarValue(text, event)} is not a finite number`, 'JSON has finite numbers only; quote it if a string is meant');
    }
    json.put(String(value));
  }

  function checkTag(at: number, event: ScalarEvent | SequenceEvent | MappingEvent, kind: 'scalar' | 'sequence' | 'mapping') {
    if (event.tagStart < 0) return;
    const tag = text.slice(event.tagStart, event.tagEnd);
    if (!isJsonTag(tag, kind)) problem(at, `the tag ${tag} has no meaning here`, 'write the value itself, as JSON knows it');
  }

  if (documents.length === 0) problems.push({ message: 'there is nothing in the file', start: 0, end: 0 });
  else write(documents[0]! + 1, 0);
  if (documents.length > 1) {
    problem(documents[1]! + 1, 'a second document starts here', 'put each saga into a file of its own');
  }

  return {
    json: json.text(),
    problems,
    source(offset) {
      const found = json.find(offset);
      if (!found) return { start: 0, end: 0 };
      return { ...place(found.node), ...(found.alias !== NONE && { alias: place(found.alias) }) };
    },
  };
}

/** What closes what (and back), what each alias stands for, where documents start. */
function index(text: string, events: readonly Event[]) {
  const partner = new Int32Array(events.length);
  const targets = new Map<number, number>();
  const documents: number[] = [];
  const anchors = new Map<string, number>();
  const opened: number[] = [];
  events.forEach((event, at) => {
    if (event.type === EVENT_ID.POP) {
      const start = opened.pop()!;
      partner[start] = at;
      partner[at] = start;
      return;
    }
    if (event.type === EVENT_ID.ALIAS) {
      const node = anchors.get(text.slice(event.anchorStart, event.anchorEnd));
      if (node !== undefined) targets.set(at, node);
      return;
    }
    if (event.type === EVENT_ID.DOCUMENT) {
      documents.push(at);
      anchors.clear();
    } else if (event.anchorStart >= 0) {
      anchors.set(text.slice(event.anchorStart, event.anchorEnd), at);
    }
    if (event.type !== EVENT_ID.SCALAR) opened.push(at);
  });
  return { partner, targets, documents };
}
