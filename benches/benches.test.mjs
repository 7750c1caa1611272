// The numbers mean something only if the candidates do the same work.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isValid } from 'sagaward';
import { documentText } from '../tests/oracle/documents.mjs';
import { judges } from './peers.mjs';
import * as validation from './validation.mjs';

for (const { name, check } of validation.rows) {
  test(`the candidates give the same verdicts: ${name}`, check);
}

for (const [peer, judge] of Object.entries(judges)) {
  test(`${peer} and sagaward give the same verdict on any value`, () => {
    fc.assert(fc.property(documentText, (text) => {
      const value = JSON.parse(text);
      assert.equal(judge(value), isValid(value, { limits: { maxDepth: 127 } }));
    }), { seed: 20261123, numRuns: 2000 });
  });
}
