// Each difference from the reference in what definitions are found to be, with both behaviours beside each other.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { parseDefinition, validateText } from 'sagaward';
import { told } from './page.mjs';
import { judgements } from './reference.mjs';

const step = (members = {}) => ({ id: 'a', action_id: 'data.run', agent: 'did:mesh:a', undo_api: '/undo', ...members });
const definition = (steps, members = {}) => JSON.stringify({ name: 'n', session_id: 's', steps, ...members });
const graph = (edges) => definition(Object.entries(edges).map(([id, depends_on]) => step({ id, depends_on })));
const withMetadata = (json) => definition([step()], { metadata: 0 }).replace('"metadata":0', `"metadata":{"x":${json}}`);
const withDependencies = (json) => definition([step({ depends_on: 0 })]).replace('"depends_on":0', `"depends_on":${json}`);
const chain = (length, last) => definition(Array.from({ length }, (_, i) => step({ id: `s${i}`, depends_on: i + 1 < length ? [`s${i + 1}`] : last })));
const cycle = (id) => `Circular dependency detected involving step '${id}'`;
const long = 'x'.repeat(121);

/** `reference` and `ours`: what is to be seen of each judgement; `rules` are those of our findings. */
const differences = {
  'Strict JSON': ['NaN', '1e400', '"\\ud800"'].map((json) => ({
    text: withMetadata(json), reference: { errors: [] }, ours: { valid: false, rules: ['invalid_json'] },
  })),
  'Bounded documents': [
    { text: withMetadata('['.repeat(63) + ']'.repeat(63)), reference: { errors: [] }, ours: { rules: ['document_too_deep'] } },
    { text: withMetadata(`"${'x'.repeat(8 * 2 ** 20)}"`), reference: { errors: [] }, ours: { rules: ['document_too_large'] } },
    { text: graph({ a: [], b: [] }), options: { limits: { maxSteps: 1 } }, reference: { errors: [] }, ours: { rules: ['too_many_steps'] } },
  ],
  'Bounded reports': [
    {
      text: definition(Array.from({ length: 3 }, (_, i) => step({ id: `s${i}`, undo_api: null }))),
      options: { limits: { maxDiagnostics: 2 } },
      reference: { count: 3 },
      ours: { count: 2, truncated: true, valid: false },
    },
  ],
  'Cut quotes': [
    {
      text: definition([step({ id: long }), step({ id: long })]),
      reference: { errors: [`Duplicate step ID: '${long}'`] },
      ours: { errors: [`Duplicate step ID: '${long.slice(1)}…'`] },
    },
  ],
  'Own words for the schema': [
    {
      text: definition([step()], { saga_id: true }),
      reference: { errors: ["[saga_id] True is not of type 'string'"] },
      ours: { errors: ["[saga_id] true is not of type 'string'"] },
    },
  ],
  'One finding for each cycle': [
    // Counted again from a step that only leads into it.
    { text: graph({ a: ['b'], b: ['a'], c: ['a'] }), reference: { errors: [cycle('a'), cycle('a')] }, ours: { errors: [cycle('a')] } },
    // No cycle at all: `c` leads to `b`, and `b` into the cycle.
    { text: graph({ b: ['a'], a: ['a'], c: ['b'] }), reference: { errors: [cycle('a'), cycle('b')] }, ours: { errors: [cycle('a')] } },
    // Never looked at: the search ended before the second dependency of `a`.
    { text: graph({ a: ['b', 'a'], b: ['b'] }), reference: { errors: [cycle('b')] }, ours: { errors: [cycle('a'), cycle('b')] } },
    // Named by the step that comes first in the list, not by the one that the search entered by.
    { text: graph({ x: ['b'], a: ['b'], b: ['a'] }), reference: { errors: [cycle('b')] }, ours: { errors: [cycle('a')] } },
  ],
  'Cycles hidden by twins': [
    {
      text: definition([step({ depends_on: ['b'] }), step({ id: 'b', depends_on: ['a'] }), step()]),
      reference: { errors: ["Duplicate step ID: 'a'"] },
      ours: { errors: ["Duplicate step ID: 'a'", cycle('a')] },
    },
  ],
  'Long chains': [
    { text: chain(1200, []), reference: { crash: 'RecursionError' }, ours: { valid: true } },
    { text: chain(1200, ['s0']), reference: { crash: 'RecursionError' }, ours: { errors: [cycle('s0')] } },
  ],
  'Uniqueness of what is no string': ['[[1],[true],[1]]', '[[0],[false],[0]]'].map((json) => ({
    text: withDependencies(json), reference: { rules: ['type', 'type', 'type'] }, ours: { rules: ['unique_items', 'type', 'type', 'type'] },
  })),
  'Own warnings': [
    { text: `{"name":"first",${definition([step()]).slice(1)}`, reference: { errors: [] }, ours: { valid: true, rules: ['duplicate_key'] } },
    { text: definition([step({ undo_api: '' })]), reference: { errors: [] }, ours: { valid: true, rules: ['empty_undo_api'] } },
    ...Object.entries({
      unknown_fan_out_policy: [{ policy: 'most_must_succeed' }],
      unknown_fan_out_branch: [{ branches: ['b'] }],
      branch_in_two_groups: [{ branches: ['a'] }, { branches: ['a'] }],
    }).map(([rule, fan_out]) => ({ text: definition([step()], { fan_out }), reference: { errors: [] }, ours: { valid: true, rules: [rule] } })),
  ],
  'Parsing validates': [
    { text: definition([step({ action_id: 'database.migrate', timeout: 0 })]), reference: { parsed: true }, ours: { parsed: false } },
  ],
};

describe('differences from the reference', () => {
  const texts = Object.values(differences).flat().map(({ text }) => text);
  let byText;
  before(() => {
    const all = judgements(texts);
    byText = new Map(texts.map((text, i) => [text, all[i]]));
  });

  for (const [name, cases] of Object.entries(differences)) {
    test(name, () => {
      for (const { text, options, reference, ours } of cases) {
        assert.deepEqual(seen(reference, ofReference(byText.get(text))), reference, `the reference on ${text.slice(0, 300)}`);
        assert.deepEqual(seen(ours, ofOurs(text, options)), ours, `sagaward on ${text.slice(0, 300)}`);
      }
    });
  }

  test('docs/differences.md tells of exactly these', () => {
    assert.deepEqual(told('Definitions'), Object.keys(differences));
  });
});

function seen(wanted, judgement) {
  return Object.fromEntries(Object.keys(wanted).map((key) => [key, judgement[key]]));
}

function ofReference(judgement) {
  return { ...judgement, count: judgement.errors?.length, rules: judgement.findings?.map(([, rule]) => rule) };
}

function ofOurs(text, options) {
  const report = validateText(text, options);
  return { ...report, count: report.errors.length, rules: report.diagnostics.map(({ rule }) => rule), parsed: parses(text, options) };
}

function parses(text, options) {
  try {
    parseDefinition(text, options);
    return true;
  } catch (error) {
    assert.equal(error.name, 'SagaSchemaError');
    return false;
  }
}
