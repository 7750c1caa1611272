// All findings of an invalid text, each with its range, as an editor asks for them.
import assert from 'node:assert/strict';
import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import { SAGA_DEFINITION_SCHEMA, VALID_ACTION_PREFIXES, validateText } from 'sagaward';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { definition } from './definitions.mjs';
import { names } from './peers.mjs';
import { findings } from './rules.mjs';

const compiled = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(structuredClone(SAGA_DEFINITION_SCHEMA));
const PEER = `${names.ajv} + rules + ${names.jsoncParser}`;

/** In each ten steps five faults: two of structure, three of meaning. */
const faults = {
  1: (step) => (step.timeout = 0),
  2: (step) => (step.time_out = 1),
  4: (step) => (step.action_id = 'database.migrate'),
  6: (step) => (step.undo_api = null),
  8: (step) => step.depends_on.push('nowhere'),
};

function faultyText(count) {
  const broken = definition(count);
  for (const [i, step] of broken.steps.entries()) faults[i % 10]?.(step);
  return JSON.stringify(broken, null, 2);
}

const RULES = { minimum: 'minimum', additionalProperties: 'additional_properties' };

function byHand(text) {
  const value = JSON.parse(text);
  compiled(value);
  const structural = compiled.errors.map(({ keyword, instancePath, message, params }) => ({
    rule: RULES[keyword],
    message,
    path: instancePath.slice(1).split('/').map((part) => (/^\d+$/.test(part) ? Number(part) : part)),
    key: params.additionalProperty,
  }));
  const tree = parseTree(text);
  const lines = lineStarts(text);
  return [...structural, ...findings(value, VALID_ACTION_PREFIXES)].map(({ rule, message, path, key }) => {
    const { offset, length } = nodeOf(findNodeAtLocation(tree, path), key);
    return { rule, message, path, range: { start: position(lines, offset), end: position(lines, offset + length) } };
  });
}

function nodeOf(node, key) {
  return key === undefined ? node : node.children.find(({ children: [name] }) => name.value === key).children[0];
}

function lineStarts(text) {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function position(starts, offset) {
  let [low, high] = [0, starts.length];
  while (low + 1 < high) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= offset) low = middle;
    else high = middle;
  }
  return { line: low + 1, column: offset - starts[low] + 1, offset };
}

const byOurs = (text) => validateText(text, { collectAll: true }).diagnostics;

export const title = 'All findings of an invalid text, with ranges';
export const rows = [5, 50, 1000].map((count) => {
  const text = faultyText(count);
  return {
    name: `${count.toLocaleString('en')} steps`,
    candidates: { [names.sagaward]: () => byOurs(text), [PEER]: () => byHand(text) },
    targets: [{ against: PEER, most: 0.7 }],
    check() {
      const seen = (list) => list.map(({ rule, path, range }) => JSON.stringify({ rule, path, range })).sort();
      assert.deepEqual(seen(byHand(text)), seen(byOurs(text)));
      assert.equal(byOurs(text).length, Math.max(3, count / 2));
    },
  };
});
