import assert from 'node:assert/strict';
import { test } from 'node:test';
import { soak } from './soak.mjs';

test('sagas whose process is killed again and again end as if it had not been', async (t) => {
  const sum = await soak(5);
  t.diagnostic(JSON.stringify(sum));
  assert.ok(sum.sagas > 0 && sum.effects > 0);
});
