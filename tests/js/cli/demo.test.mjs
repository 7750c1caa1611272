import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const demo = fileURLToPath(new URL('../../../examples/demo/demo.mjs', import.meta.url));

test('the demo shows success, rollback, a kill with hand-off and a crash with recovery within a minute', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [demo], { encoding: 'utf8', timeout: 60_000 });
  assert.deepEqual([status, stderr], [0, '']);
  const scenes = stdout.split(/^(?=\d\. )/m).slice(1);
  const [success, rollback, kill, crash] = scenes;
  assert.equal(scenes.length, 4);
  assert.match(success, /^trip-1: succeeded\n\n→ 1 payment, nothing undone\.\n/m);
  assert.match(rollback, /^trip-2: rolled back\n\n→ 1 flight booked and 1 cancelled; the exit code 3 says/m);
  assert.match(kill, /^hotel: handed from did:mesh:hotel-agent to did:mesh:hotel-agent-2\n[^]*^trip-3: succeeded\n\n→ asked 2 times under one idempotency key: 1 hotel booked\.\n/m);
  assert.match(crash, /^trip-4 .* running .* hotel, car\n[^]*^trip-4 \/ hotel: attempt 2\n[^]*^trip-4: succeeded\n/m);
  assert.match(crash, /→ the flight was asked for 1 time, the hotel 2 times; booked were 1 flight and 1 hotel\.\n$/);
});
