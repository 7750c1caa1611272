// However a document comes in, it is judged alike.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertValid, isValid, isValidText, parseDefinition, validate, validateText } from 'sagaward';
import { documentText, soundText } from './documents.mjs';

const runs = { seed: 20261123, numRuns: process.env.SAGAWARD_LONG ? 50_000 : 2000 };
const bytes = (text) => new TextEncoder().encode(text);

const properties = {
  'text and bytes, report and verdict': [documentText, (text) => {
    const report = validateText(text);
    assert.deepEqual(validateText(bytes(text)), report);
    assert.equal(isValidText(text), report.valid);
    assert.equal(isValidText(bytes(text)), report.valid);
  }],
  'a value, and the text that JSON.stringify makes of it': [documentText, (text) => {
    const value = JSON.parse(text);
    const report = validate(value);
    assert.deepEqual(report, withoutRanges(validateText(JSON.stringify(value))));
    assert.equal(isValid(value), report.valid);
  }],
  'collectAll: the same verdict, the same first errors': [documentText, (text) => {
    const { valid, errors } = validateText(text);
    const all = validateText(text, { collectAll: true });
    assert.equal(all.valid, valid);
    assert.equal(isValidText(text, { collectAll: true }), valid);
    assert.deepEqual(all.errors.slice(0, errors.length), errors);
  }],
  'a range holds what its finding is about': [documentText, (text) => {
    for (const { rule, path, range, related = [] } of validateText(text).diagnostics) {
      const before = text.slice(0, range.start.offset).split('\n');
      assert.deepEqual([range.start.line, range.start.column], [before.length, before.at(-1).length + 1]);
      if (rule === 'document_too_deep') continue;
      const held = JSON.parse(text.slice(range.start.offset, range.end.offset));
      if (rule === 'duplicate_key') assert.equal(held, path.at(-1));
      else if (rule === 'additional_properties') assert.equal(held, related[0].path.at(-1));
      else assert.deepEqual(held, path.reduce((value, part) => value[part], JSON.parse(text)));
    }
  }],
  'a sound definition is valid on every route': [soundText, (text) => {
    const value = JSON.parse(text);
    assert.deepEqual(validateText(text).errors, []);
    assert.ok(isValidText(text) && isValidText(bytes(text)) && isValid(value));
    assertValid(value);
    assert.deepEqual(parseDefinition(text), value);
  }],
};

for (const [name, [documents, holds]] of Object.entries(properties)) {
  test(name, () => fc.assert(fc.property(documents, holds), runs));
}

function withoutRanges(report) {
  return JSON.parse(JSON.stringify(report, (key, value) => (key === 'range' ? undefined : value)));
}
