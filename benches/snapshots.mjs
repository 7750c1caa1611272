// A saga taken out of the core as data and put back, beside copies of the same data.
import assert from 'node:assert/strict';
import { Saga } from 'sagaward';
import { definition } from './definitions.mjs';
import { names } from './peers.mjs';

/** Half of its steps are committed. */
function halfDone(steps) {
  const saga = Saga.fromDefinition(definition(steps));
  for (let i = 0; i < steps / 2; i += 1) {
    saga.transitionStep(`step-${i}`, 'executing');
    saga.transitionStep(`step-${i}`, 'committed', { result: { rows: i, digest: `sha256:${i}` } });
  }
  return saga;
}

const CLONE = 'structuredClone(data)';

export const title = 'Snapshot and restore';
export const rows = [5, 50, 1000].map((steps) => {
  const saga = halfDone(steps);
  const data = saga.snapshot();
  const candidates = {
    [`${names.sagaward}: Saga.restore(saga.snapshot())`]: () => Saga.restore(saga.snapshot()).free(),
    [CLONE]: () => structuredClone(data),
    'JSON.parse(JSON.stringify(data))': () => JSON.parse(JSON.stringify(data)),
  };
  return {
    name: `${steps.toLocaleString('en')} steps`,
    candidates,
    targets: steps === 1000 ? [{ against: CLONE, most: 2 }] : [],
    check() {
      assert.deepEqual(Saga.restore(saga.snapshot()).snapshot(), data);
      assert.deepEqual(structuredClone(data), data);
      assert.equal(data.steps.length, steps);
    },
  };
});
