import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { conforming } from '../../js/conformance.mjs';
import { serveWorker } from './serve_worker.mjs';

test('the package conforms in workerd: while it loads and in a request', async () => {
  const server = await serveWorker(fileURLToPath(new URL('worker.mjs', import.meta.url)));
  try {
    const response = await fetch(server.origin);
    assert.deepEqual(await response.json(), { early: true, inRequest: conforming });
  } finally {
    await server.close();
  }
});
