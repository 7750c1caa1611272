// What examples/README.md says of the examples.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { validateText } from 'sagaward';

const EXAMPLES = new URL('../../examples/', import.meta.url);
const read = (name) => readFileSync(new URL(name, EXAMPLES), 'utf8');
const names = readdirSync(EXAMPLES).filter((name) => name.endsWith('.json'));

for (const name of names.filter((name) => name !== 'every-mistake.json')) {
  test(`${name} is valid and raises no warning`, () => assert.deepEqual(validateText(read(name)).diagnostics, []));
}

test('every-mistake.json breaks every rule that one text can break at once', () => {
  const alone = ['min_items', 'invalid_json', 'document_too_large', 'document_too_deep', 'too_many_steps'];
  const all = readdirSync(new URL('../fixtures/rules/', import.meta.url));
  const broken = new Set(validateText(read('every-mistake.json'), { collectAll: true }).diagnostics.map(({ rule }) => rule));
  assert.deepEqual([...broken].sort(), all.filter((rule) => !alone.includes(rule)).sort());
});

test('the README lists each example', () => {
  assert.deepEqual([...read('README.md').matchAll(/^\| \[(.+?)\]/gm)].map(([, name]) => name).sort(), readdirSync(EXAMPLES).filter((name) => name !== 'README.md').sort());
});
