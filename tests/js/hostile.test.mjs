// Whatever is handed in: a finding or a clear error, in time that grows with its size and no
// faster, and nothing else in the process changes.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { isValid, isValidText, parseDefinition, validate, validateText } from 'sagaward';
import { definition } from './conformance.mjs';

const text = JSON.stringify(definition);
const named = (name) => text.replace('"release"', name);
const withSteps = (count, step) => JSON.stringify({ ...definition, steps: Array.from({ length: count }, (_, index) => ({ ...definition.steps[0], ...step(index) })) });
const bytes = (...parts) => Buffer.concat(parts.map((part) => Buffer.from(part)));
const MILLION = 1_000_000;
const HUGE = { limits: { maxBytes: 2 ** 30, maxSteps: MILLION } };

afterEach(() => {
  assert.equal({}.polluted, undefined);
  assert.deepEqual(Object.keys(Object.prototype), []);
});

/** name: [the text or bytes, the rule of each finding, options] */
const texts = {
  'nothing': ['', ['invalid_json']],
  'no bytes': [new Uint8Array(), ['invalid_json']],
  'brackets that open a million times': ['['.repeat(MILLION), ['document_too_deep']],
  'objects that open a million times': ['{"a":'.repeat(MILLION), ['document_too_deep']],
  'arrays nested a million deep': ['['.repeat(MILLION) + ']'.repeat(MILLION), ['document_too_deep']],
  'deep metadata': [text.replace(/}$/, `,"metadata":{"a":${'['.repeat(MILLION)}${']'.repeat(MILLION)}}}`), ['document_too_deep']],
  'an array of a million numbers': [`[${'1,'.repeat(MILLION)}1]`, ['type']],
  'a million steps that are numbers': [`{"steps": [${'1,'.repeat(MILLION)}1]}`, ['too_many_steps']],
  'a number beyond all numbers': [named('1e400'), ['invalid_json']],
  'a number of a million digits': [named('1'.repeat(MILLION)), ['invalid_json']],
  'a number that vanishes': [named('1e-400'), ['type']],
  'an unpaired surrogate': [named('"a\ud800b"'), ['invalid_json']],
  'surrogates in the wrong order': [named('"\udc00\ud800"'), ['invalid_json']],
  'an escaped unpaired surrogate': [named('"a\\ud800b"'), ['invalid_json']],
  'an escaped unpaired low surrogate': [named('"a\\udc00b"'), ['invalid_json']],
  'a million unpaired surrogates': [named(`"${'\ud800'.repeat(MILLION)}"`), ['invalid_json']],
  'bytes that are not UTF-8': [bytes('{"name": "', [0xff], '"}'), ['invalid_json']],
  'an overlong encoding': [bytes('{"name": "', [0xc0, 0xaf], '"}'), ['invalid_json']],
  'a surrogate in UTF-8': [bytes('{"name": "', [0xed, 0xa0, 0x80], '"}'), ['invalid_json']],
  'a character cut short': [bytes('{"name": "', [0xf0, 0x9f]), ['invalid_json']],
  'UTF-16': [Buffer.from(text, 'utf16le'), ['invalid_json']],
  'a byte order mark in text': [`\ufeff${text}`, ['invalid_json']],
  'a byte order mark in bytes': [bytes([0xef, 0xbb, 0xbf], text), ['invalid_json']],
  'a raw NUL in a string': [named('"a\0b"'), ['invalid_json']],
  'an escaped NUL in a string': [named('"a\\u0000b"'), []],
  'a NUL behind the document': [`${text}\0`, ['invalid_json']],
  'a second document': [`${text}${text}`, ['invalid_json']],
  'a __proto__ key': [text.replace('{', '{"__proto__": {"polluted": true},'), ['additional_properties']],
  'a __proto__ key in a step': [text.replace('[{', '[{"__proto__": {"polluted": true},'), ['additional_properties']],
  'a __proto__ key in metadata': [text.replace(/}$/, ',"metadata":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}}'), []],
  'more than the limit': [' '.repeat(50 * MILLION) + text, ['document_too_large']],
  'more than the limit, in bytes': [Buffer.alloc(50 * MILLION, ' '), ['document_too_large']],
  'more than the limit, in long characters': ['😀'.repeat(10 * MILLION), ['document_too_large']],
  '50 MB of blanks, where they are allowed': [' '.repeat(50 * MILLION) + text, [], HUGE],
  '50 MB in one name, where it is allowed': [named(`"${'x'.repeat(50 * MILLION)}"`), [], HUGE],
};

for (const [name, [given, rules, options]] of Object.entries(texts)) {
  test(`text: ${name}`, () => {
    const { valid, diagnostics } = validateText(given, options);
    assert.deepEqual(diagnostics.map(({ rule }) => rule), rules);
    assert.equal(valid, rules.length === 0);
    assert.equal(isValidText(given, options), valid);
    for (const { message } of diagnostics) assert.ok(message.length < 1_000, `a message of ${message.length} characters`);
  });
}

test('the byte limit is exact, whatever the characters', () => {
  for (const name of ['"release"', '"é"', '"日本"', '"😀😀"']) {
    const json = named(name);
    const size = Buffer.byteLength(json);
    for (const given of [json, Buffer.from(json)]) {
      assert.equal(isValidText(given, { limits: { maxBytes: size } }), true);
      const { diagnostics } = validateText(given, { limits: { maxBytes: size - 1 } });
      assert.deepEqual(diagnostics.map(({ rule }) => rule), ['document_too_large']);
    }
  }
});

test('what JSON.parse would give is given, nothing inherited', () => {
  const json = text.replace(/}$/, ',"metadata":{"__proto__":{"polluted":true}}}');
  const { metadata } = parseDefinition(json);
  assert.equal(metadata.polluted, undefined);
  assert.deepEqual(Object.keys(metadata), ['__proto__']);
});

const cyclic = { ...definition, metadata: {} };
cyclic.metadata.self = cyclic;
const revoked = Proxy.revocable({}, {});
revoked.revoke();
let nested = [];
for (let depth = 0; depth < 100_000; depth++) nested = [nested];

/** name: [the value, what JSON.stringify throws] */
const unwritable = {
  'a cycle': [cyclic, TypeError],
  'a BigInt': [{ ...definition, metadata: { big: 1n } }, TypeError],
  'a getter that throws': [{ ...definition, get name() { throw new RangeError('no'); } }, RangeError],
  'a toJSON that throws': [{ toJSON() { throw new SyntaxError('no'); } }, SyntaxError],
  'a revoked proxy': [{ ...definition, metadata: revoked.proxy }, TypeError],
  'a proxy whose traps throw': [new Proxy({}, { ownKeys() { throw new EvalError('no'); } }), EvalError],
  'a getter that throws nonsense': [{ ...definition, get name() { throw { toString: null }; } }, Object],
  'nesting beyond the stack': [{ ...definition, metadata: { nested } }, RangeError],
};

for (const [name, [given, thrown]] of Object.entries(unwritable)) {
  test(`value: ${name} is not_json`, () => {
    for (const judge of [validate, isValid]) {
      assert.throws(() => judge(given), (error) => error.code === 'not_json' && error.cause instanceof thrown && error.message.length > 0);
    }
  });
}

test('a value is read once, so it cannot be one thing to the verdict and another to the report', () => {
  let reads = 0;
  const fickle = { ...definition, get name() { return reads++ === 0 ? 'release' : 5; } };
  assert.equal(validate(fickle).valid, true);
  assert.equal(reads, 1);
});

test('a value is judged as JSON.stringify would write it', () => {
  class Definition {
    #inner = definition;
    toJSON() { return this.#inner; }
  }
  assert.equal(isValid(new Definition()), true);
  assert.equal(isValid(new Proxy(definition, {})), true);
  assert.equal(isValid({ ...definition, metadata: { skipped: undefined, call() {} } }), true);
  assert.deepEqual(validate({ ...definition, name: NaN }).errors, validate({ ...definition, name: null }).errors);
  assert.deepEqual(validate({ ...definition, name: 'a\ud800b' }).diagnostics.map(({ rule }) => rule), ['invalid_json']);
});

test('an argument of the wrong kind throws, in words', () => {
  for (const given of [undefined, null, 5, {}, [], new ArrayBuffer(2), new Uint16Array(2), new DataView(new ArrayBuffer(2))]) {
    for (const judge of [validateText, isValidText, parseDefinition]) {
      assert.throws(() => judge(given), { name: 'SagawardError', code: 'bad_argument' });
    }
  }
});

test('bytes may lie in any memory', () => {
  const encoded = Buffer.from(text);
  const shared = new Uint8Array(new SharedArrayBuffer(encoded.length));
  shared.set(encoded);
  const within = new Uint8Array([...Buffer.from('###'), ...encoded]).subarray(3);
  for (const given of [encoded, new Uint8Array(encoded), shared, within]) {
    assert.equal(isValidText(given), true);
    assert.deepEqual(parseDefinition(given), definition);
  }
  const detached = new Uint8Array(encoded);
  structuredClone(detached, { transfer: [detached.buffer] });
  assert.equal(isValidText(detached), false);
});

const options = {
  'null': null,
  'text': 'strict',
  'a list': [],
  'a function': () => {},
  'a cycle': cyclic,
  'an unknown option': { strict: true },
  'an unknown rule': { rules: { no_such_rule: 'off' } },
  'a rule that cannot be configured': { rules: { type: 'off' } },
  'an unknown severity': { rules: { duplicate_key: 'fatal' } },
  'limits in a list': { limits: [1, 2, 3, 4] },
  'a limit below zero': { limits: { maxBytes: -1 } },
  'a broken limit': { limits: { maxBytes: 1.5 } },
  'a limit that is no number': { limits: { maxBytes: NaN } },
  'an endless limit': { limits: { maxBytes: Infinity } },
  'a limit beyond the memory': { limits: { maxBytes: 2 ** 32 } },
  'a limit beyond the parser': { limits: { maxDepth: 128 } },
  'a prefix that is no text': { actionPrefixes: [5] },
};

for (const [name, given] of Object.entries(options)) {
  test(`options: ${name} is a bad_option`, () => {
    for (const judge of [() => validate({}, given), () => isValid({}, given), () => validateText('{}', given), () => isValidText('{}', given)]) {
      assert.throws(judge, { name: 'SagawardError', code: 'bad_option', message: /option/ });
    }
  });
}

test('what is wrong with an option is said in the words of JSON', () => {
  const said = [
    [{ limits: { maxBytes: -1 } }, 'options (limits.maxBytes): invalid value: number `-1`, expected a whole number from 0 to 4294967295'],
    [{ limits: { maxBytes: 1.5 } }, 'options (limits.maxBytes): invalid type: number `1.5`, expected a whole number from 0 to 4294967295'],
    [{ limits: [1] }, 'options (limits): invalid type: list, expected an object'],
    [{ actionPrefixes: {} }, 'options (actionPrefixes): invalid type: object, expected a list'],
    [{ rules: { duplicate_key: 5 } }, 'options (rules.duplicate_key): invalid type: number `5`, expected a string'],
  ];
  for (const [given, message] of said) assert.throws(() => validate({}, given), { message });
});

/** Documents that grow with `count`; twice the size may take little more than twice the time. */
const floods = {
  'steps in a chain': (count) => withSteps(count, (index) => ({ id: `s${index}`, depends_on: index ? [`s${index - 1}`] : [] })),
  'steps in one cycle': (count) => withSteps(count, (index) => ({ id: `s${index}`, depends_on: [`s${(index + 1) % count}`] })),
  'steps with one id': (count) => withSteps(count, () => ({ id: 's' })),
  'steps that depend on unknown ones': (count) => withSteps(count, (index) => ({ id: `step-${index}`, depends_on: [`stop-${index}`] })),
  'unknown dependencies of one step': (count) => withSteps(1, () => ({ depends_on: Array.from({ length: count }, (_, index) => `unknown-${index}`) })),
  'one dependency many times': (count) => withSteps(1, () => ({ id: 'a', depends_on: Array(count).fill('a') })),
  'unknown keys': (count) => JSON.stringify({ ...definition, ...Object.fromEntries(Array.from({ length: count }, (_, index) => [`key-${index}`, 1])) }),
  'one key many times': (count) => `{${'"name": "x",'.repeat(count)}"session_id": "s", "steps": []}`,
  'unknown prefixes': (count) => withSteps(count, (index) => ({ id: `s${index}`, action_id: `deplo${index}.x` })),
  'groups with unknown branches': (count) => JSON.stringify({ ...definition, fan_out: Array(count).fill({ branches: ['nobody'] }) }),
  'findings on one long line': (count) => `{"steps": [${'0,'.repeat(count)}0]}`,
  'findings on many lines': (count) => `{"steps": [\n${'0,\n'.repeat(count)}0]}`,
};

for (const [name, make] of Object.entries(floods)) {
  test(`a flood of ${name} costs linear time and a bounded report`, () => {
    const [few, many] = [make(5_000), make(20_000)];
    const run = (json) => fastest(() => validateText(json, { ...HUGE, collectAll: true }));
    const [short, long] = [run(few), run(many)];
    // 4 times the size; what grows with the square takes 16 times as long.
    assert.ok(long < 10 * short + 50, `${short.toFixed(0)} ms became ${long.toFixed(0)} ms`);
    const { diagnostics, truncated } = validateText(many, { ...HUGE, collectAll: true });
    assert.ok(diagnostics.length <= 1_000);
    assert.ok(JSON.stringify(diagnostics).length < 2_000_000, 'the report is bounded');
    assert.equal(truncated, diagnostics.length === 1_000);
  });
}

function fastest(work) {
  let least = Infinity;
  for (let round = 0; round < 2; round++) {
    const start = performance.now();
    work();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}
