import assert from 'node:assert/strict';
import { test } from 'node:test';
import { soak } from './soak.mjs';

test('sagas whose process is killed 250 times end as if it had not been', async (t) => {
  const sum = await soak(250);
  t.diagnostic(JSON.stringify(sum));
  // Otherwise the kills have missed what they were for.
  assert.ok(sum.outcomes.succeeded > 0 && sum.outcomes.rolled_back > 0 && sum.lost > 100 && sum.repeated > 0 && sum.doubted > 0);
});
