// The verdict of `isValid` and `isValidText` is the full validator's: on text, on bytes, and on values, also those that only
// JavaScript knows. That it is so in the core, tests/verdict_fuzz.rs shows on many more texts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isValid, isValidText, validate, validateText } from 'sagaward';
import { documentText, soundText } from '../oracle/documents.mjs';

const seed = 20261123;
const numRuns = process.env.SAGAWARD_LONG ? 20_000 : 1_000;
const encoder = new TextEncoder();
const anyText = fc.oneof(soundText, documentText);

const options = fc.constantFrom(
  undefined,
  {},
  { collectAll: true },
  { rules: { missing_undo_api: 'off', unknown_action_prefix: 'warning' } },
  { rules: { duplicate_key: 'error', branch_in_two_groups: 'error', unknown_fan_out_policy: 'off' } },
  { actionPrefixes: ['own.', 'data.'] },
  { limits: { maxDepth: 4, maxSteps: 2, maxBytes: 500 } },
);

class Step {
  #hidden = 1;
  constructor(fields) { Object.assign(this, fields); }
  get agent() { return `did:${this.#hidden}`; }
}
const inherited = (fields) => Object.create(fields);
const extraKeys = (list) => Object.assign(list, { extra: 1, '-1': 2 });
const cyclic = {};
cyclic.self = [cyclic];

/** What JSON.stringify makes something else of, or nothing, or throws at. */
const ODDITIES = [
  undefined, Number.NaN, Infinity, -0, 5e-324, 2 ** 53, 1e21, 10n, Symbol('a'), () => 'data.x', cyclic,
  new String('data.x'), new Number(3), new Boolean(true), Object('\ud800'), Object(1n),
  '\ud800', 'a\udc00\ud800', '\u0000\u001f"\\/\u007f\u2028', '😀'.repeat(40), 'x'.repeat(5000),
  new Date(0), new Date(Number.NaN), new Map([['id', 'a']]), new Set(['a']), /data\.x/, new Error('a'),
  new Uint8Array(2), new ArrayBuffer(2), new Array(3), [, 'a'], extraKeys(['a', 'b']),
  { toJSON: (key) => `data.${key}` }, { toJSON: () => undefined }, { toJSON: () => ({ toJSON: () => 'twice' }) }, { toJSON: 'no function' },
  { toJSON() { throw new Error('no'); } }, Object.assign(['a'], { toJSON: () => ['b'] }), Object.assign(() => {}, { toJSON: () => 'data.x' }),
  new Step({ id: 'a', action_id: 'data.x', undo_api: '/undo' }), inherited({ id: 'a' }),
  Object.assign(Object.create(null), { id: 'a', action_id: 'data.x', agent: 'did:a', undo_api: '/undo' }),
  Object.defineProperty({ id: 'a' }, 'agent', { value: 'did:a' }), { [Symbol('id')]: 'a' },
  { get id() { return 'a'; }, action_id: 'data.x', agent: 'did:a', undo_api: '/undo' }, { get id() { throw new Error('no'); } },
  new Proxy({ id: 'a', action_id: 'data.x', agent: 'did:a', undo_api: '/undo' }, {}), new Proxy(['a'], {}),
  new Proxy({}, { ownKeys() { throw new Error('no'); } }), Object.freeze(['a', 'b']), { ['__proto__']: { id: 'a' } }, { 0: 'a', length: 1 },
];

/** Every place of a JSON value, as how to put something else there; `key` is one that an object may not have yet. */
function places(node, key) {
  if (typeof node !== 'object' || node === null) return [];
  const keys = [...Object.keys(node), Array.isArray(node) ? node.length : key];
  const here = keys.map((at) => (value) => Object.defineProperty(node, at, { value, enumerable: true, configurable: true, writable: true }));
  return [...here, ...Object.values(node).flatMap((inner) => places(inner, key))];
}

const value = fc.tuple(anyText, fc.array(fc.tuple(fc.nat(), fc.constantFrom(...ODDITIES), fc.constantFrom('id', 'undo_api', 'toJSON', 'extra')), { maxLength: 2 }))
  .map(([text, changes]) => {
    const root = JSON.parse(text);
    const chosen = changes.map(([way, odd, key]) => {
      const all = places(root, key);
      return () => all[way % all.length]?.(odd);
    });
    for (const put of chosen) put();
    return root;
  });

/** A verdict, or the code of what was thrown. */
function outcome(judge) {
  try {
    return judge();
  } catch (error) {
    return error.code ?? error;
  }
}

test('on text and on bytes', () => {
  const cut = fc.tuple(anyText, fc.nat(), fc.constantFrom('', '', ',', '"', '\\', '}', '0', '\ud800', '\ufeff', '"name":"n",'))
    .map(([text, at, piece]) => (piece === '' ? text : text.slice(0, at % text.length) + piece + text.slice(at % text.length)));
  fc.assert(fc.property(cut, options, (text, chosen) => {
    const bytes = encoder.encode(text);
    assert.equal(isValidText(text, chosen), validateText(text, chosen).valid);
    assert.equal(isValidText(bytes, chosen), validateText(bytes, chosen).valid);
  }), { seed, numRuns: numRuns / 4 });
});

test('on values', () => {
  const seen = new Map();
  fc.assert(fc.property(value, options, (given, chosen) => {
    const verdict = outcome(() => isValid(given, chosen));
    assert.equal(verdict, outcome(() => validate(given, chosen).valid));
    seen.set(verdict, (seen.get(verdict) ?? 0) + 1);
  }), { seed, numRuns });
  assert.deepEqual([...seen.keys()].map(String).sort(), ['false', 'not_json', 'true'], 'all that can come');
  for (const [verdict, count] of seen) assert.ok(count > numRuns / 20, `${verdict} came ${count} times only`);
});

test('on every oddity, wherever it stands in a sound saga', () => {
  const sound = () => ({
    name: 'n',
    session_id: 's',
    steps: [
      { id: 'a', action_id: 'data.x', agent: 'did:a', undo_api: '/u', timeout: 3, retries: 1, depends_on: [] },
      { id: 'b', action_id: 'data.y', agent: 'did:a', undo_api: '/u', checkpoint_goal: null, depends_on: ['a'] },
    ],
    fan_out: [{ policy: 'any_must_succeed', branches: ['a'] }],
    metadata: { a: 1 },
  });
  for (const odd of ODDITIES) {
    for (let at = 0; at < places(sound(), 'extra').length; at += 1) {
      const given = sound();
      places(given, 'extra')[at](odd);
      assert.equal(outcome(() => isValid(given)), outcome(() => validate(given).valid));
    }
  }
});

test('an ordinary value is judged as it is, without writing it as JSON', (t) => {
  const sound = {
    name: 'n',
    session_id: 's',
    saga_id: undefined,
    steps: [
      { id: 'schon', action_id: 'data.x', agent: 'did:a', execute_api: '', undo_api: '/u', timeout: 86_400, retries: 0, depends_on: ['später'] },
      { id: 'später', action_id: 'data.😀', agent: 'did:ä', undo_api: '/u', checkpoint_goal: null, depends_on: [] },
      Object.assign(Object.create(null), { id: 'last', action_id: 'data.x', agent: 'did:a', undo_api: '\u00a0/', depends_on: ['schon', 'später'] }),
    ],
    fan_out: [{ policy: 'any_must_succeed', branches: ['schon', 'später'] }],
  };
  const write = t.mock.method(JSON, 'stringify');
  assert.equal(isValid(sound), true);
  assert.equal(write.mock.callCount(), 0);
  // What is metadata, only its owner knows: that alone is written.
  assert.equal(isValid({ ...sound, metadata: { any: [1] } }), true);
  assert.deepEqual(write.mock.calls.map(({ arguments: [value] }) => value), [{ any: [1] }]);
  sound.steps[1].depends_on = ['last'];
  assert.equal(isValid(sound), false);
});

test('a value may judge another while it is judged', () => {
  const step = { action_id: 'data.x', agent: 'did:a', undo_api: '/u' };
  const inner = { name: 'n', session_id: 's', steps: [{ id: 'inner', ...step }] };
  const said = [];
  const asking = { get id() { said.push(isValid(inner)); return 'outer'; }, action_id: 'data.x', agent: 'did:a', undo_api: '/u' };
  assert.equal(isValid({ ...inner, steps: [asking] }), true);
  assert.equal(isValid(Object.defineProperty({ ...inner }, 'name', { enumerable: true, get() { said.push(isValid(inner)); return 'n'; } })), true);
  assert.ok(said.length > 1 && said.every(Boolean), `${said}`);
});
