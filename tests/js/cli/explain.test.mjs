import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { sagaward } from './cli.mjs';

const documentation = (name) => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');
const sections = (name) => documentation(name).split(/^(?=## )/m).filter((section) => /^## `[a-z_]+`\n/.test(section));
const all = [...sections('rules.md'), ...sections('cli.md')];
const ruleOf = (section) => /`([a-z_]+)`/.exec(section)[1];

test('every rule is listed with what it is about', () => {
  const { status, stdout } = sagaward(['explain']);
  assert.equal(status, 0);
  const lines = stdout.trimEnd().split('\n');
  assert.deepEqual(lines.map((line) => line.split(' ')[0]), all.map(ruleOf));
  for (const line of lines) assert.match(line, /^[a-z_]+ +[A-Z`].{10,}\.$/);
});

for (const rule of ['invalid_json', 'missing_undo_api', 'duplicate_key', 'invalid_yaml']) {
  test(`${rule} is explained by its section`, () => {
    const { status, stdout } = sagaward(['explain', rule]);
    assert.equal(status, 0);
    assert.equal(stdout.trimEnd(), all.find((section) => ruleOf(section) === rule).trimEnd());
    assert.match(stdout, /Bad/);
    assert.match(stdout, /Good/);
  });
}

for (const [name, nearest] of [['missing_undo', 'missing_undo_api'], ['duplicate-key', 'duplicate_key'], ['requird', 'required']]) {
  test(`${name} is no rule, but ${nearest} is`, () => {
    const { status, stderr } = sagaward(['explain', name]);
    assert.equal(status, 2);
    assert.match(stderr, new RegExp(`no rule "${name}"; the nearest are ${nearest}\\b`));
  });
}
