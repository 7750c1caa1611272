// The numbers mean something only if the candidates do the same work.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { STEP_TRANSITIONS, Saga, isValid } from 'sagaward';
import { createActor } from 'xstate';
import { documentText } from '../tests/oracle/documents.mjs';
import { definition } from './definitions.mjs';
import * as findings from './findings.mjs';
import * as journal from './journal.mjs';
import * as kill from './kill.mjs';
import * as lifecycle from './lifecycle.mjs';
import { judges } from './peers.mjs';
import * as rateLimiter from './rate_limiter.mjs';
import * as running from './running.mjs';
import * as snapshots from './snapshots.mjs';
import * as validation from './validation.mjs';

for (const { title, rows } of [validation, findings, lifecycle, running, journal, kill, rateLimiter, snapshots]) {
  for (const { name, check } of rows.filter(({ check }) => check)) test(`the candidates do the same work: ${title}: ${name}`, check);
}

for (const [peer, judge] of Object.entries(judges)) {
  test(`${peer} and sagaward give the same verdict on any value`, () => {
    fc.assert(fc.property(documentText, (text) => {
      const value = JSON.parse(text);
      assert.equal(judge(value), isValid(value, { limits: { maxDepth: 127 } }));
    }), { seed: 20261123, numRuns: 2000 });
  });
}

test('the actor and sagaward reach the same states by any path', () => {
  fc.assert(fc.property(fc.array(fc.constantFrom(...Object.keys(STEP_TRANSITIONS))), (path) => {
    const saga = Saga.fromDefinition(definition(1));
    const actor = createActor(lifecycle.stepMachine).start();
    for (const type of path) {
      const isAllowed = STEP_TRANSITIONS[saga.step('step-0').state].includes(type);
      if (isAllowed) saga.transitionStep('step-0', type);
      actor.send({ type });
      assert.equal(actor.getSnapshot().value, saga.step('step-0').state);
    }
    saga.free();
  }), { seed: 20261123, numRuns: 500 });
});
