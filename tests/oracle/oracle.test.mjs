// Every finding of the reference, in its order, for thousands of documents: the differences on purpose are in differences.mjs.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseDefinition, validateText } from 'sagaward';
import { expected } from './differences.mjs';
import { documentText } from './documents.mjs';
import { edges } from './edges.mjs';
import { judgements } from './reference.mjs';

const LONG = process.env.SAGAWARD_LONG !== undefined;
const SEED = Number(process.env.SAGAWARD_SEED ?? (LONG ? Date.now() : 20261123));
const DOCUMENTS = 20_000;
const SEEDS = Array.from({ length: LONG ? 10 : 1 }, (_, i) => SEED + i);
const SCHEMA_RULES = ['type', 'required', 'min_length', 'minimum', 'maximum', 'min_items', 'unique_items', 'additional_properties'];

const sources = {
  'fixtures and examples': () => [...jsonFiles('../fixtures/'), ...jsonFiles('../../examples/')],
  'edges of JSON and of each rule': () => edges,
};
for (const seed of SEEDS) {
  sources[`${DOCUMENTS} generated documents, SAGAWARD_SEED=${seed}`] = () => fc.sample(documentText, { numRuns: DOCUMENTS, seed });
}

for (const [name, texts] of Object.entries(sources)) {
  test(`the reference agrees: ${name}`, (t) => {
    const documents = texts();
    assert.notEqual(documents.length, 0);
    const references = judgements(documents);
    const mismatches = [];
    const tally = { valid: 0, 'faulty in meaning': 0, 'faulty in structure': 0, refused: 0 };
    const differences = {};
    documents.forEach((text, i) => {
      try {
        const { errors, message } = references[i];
        if (message) assert.equal(message, inOneMessage(errors));
        const wanted = expected(text, references[i]);
        for (const difference of wanted.differences) differences[difference] = (differences[difference] ?? 0) + 1;
        tally[kind(wanted)] += 1;
        compare(text, wanted);
      } catch (error) {
        mismatches.push(`${text}\n${error.message}`);
      }
    });
    t.diagnostic(JSON.stringify({ ...tally, differences }));
    assert.equal(mismatches.length, 0, `${mismatches.length} mismatches, the shortest:\n${shortest(mismatches)}`);
    if (documents.length === DOCUMENTS) {
      assert.ok(tally['faulty in meaning'] >= 0.4 * documents.length, 'the generator no longer reaches the semantic rules');
      for (const [what, count] of Object.entries(tally)) assert.notEqual(count, 0, `no document is ${what}`);
    }
  });
}

function compare(text, wanted) {
  const report = validateText(text);
  const errors = report.diagnostics.filter(({ severity }) => severity === 'error');
  assert.equal(report.valid, errors.length === 0);
  if (!report.valid) assert.throws(() => parseDefinition(text), { name: 'SagaSchemaError', message: inOneMessage(report.errors) });
  assert.equal(report.errors.length, errors.length);
  if (wanted.refused) {
    assert.deepEqual(errors.map(({ rule }) => rule), [wanted.refused]);
    return;
  }
  const structural = errors.filter(({ rule }) => SCHEMA_RULES.includes(rule));
  assert.deepEqual(structural.map(({ path, rule }) => [path, rule]), wanted.findings.map(([path, rule]) => [path, rule]));
  wanted.findings.forEach(([path, rule, names], i) => {
    const place = `[${path.join('.') || '(root)'}] `;
    assert.ok(wanted.errors[i].startsWith(place) && report.errors[i].startsWith(place), `${report.errors[i]} ≠ ${wanted.errors[i]}`);
    if (rule === 'required') assert.ok(structural[i].message.includes(`'${names[0]}'`), structural[i].message);
    if (rule === 'additional_properties') assert.deepEqual(structural[i].related.map((key) => key.path.at(-1)).sort(), names.sort());
  });
  assert.deepEqual(report.errors.slice(structural.length), wanted.errors.slice(structural.length));
  assert.equal(report.truncated, wanted.truncated);
}

function inOneMessage(errors) {
  return `Saga definition has ${errors.length} validation error(s):\n${errors.map((error) => `  - ${error}`).join('\n')}`;
}

function kind({ refused, errors, findings }) {
  if (refused) return 'refused';
  if (errors.length === 0) return 'valid';
  return findings.length > 0 ? 'faulty in structure' : 'faulty in meaning';
}

function jsonFiles(folder) {
  const url = new URL(folder, import.meta.url);
  if (!existsSync(url)) return [];
  return readdirSync(url, { recursive: true })
    .filter((file) => file.endsWith('.json'))
    .map((file) => readFileSync(new URL(file.split('/').map(encodeURIComponent).join('/'), url), 'utf8'));
}

function shortest(mismatches) {
  return mismatches.toSorted((a, b) => a.length - b.length).slice(0, 3).join('\n\n');
}
