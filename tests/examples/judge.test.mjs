// The judge of POSTed sagas, as it is deployed: in workerd and on Deno.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { validateText } from 'sagaward';
import { serveWorker } from '../runtimes/workerd/serve_worker.mjs';

const example = (name) => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));
const deno = join(dirname(createRequire(import.meta.url).resolve('deno/package.json')), 'bin.cjs');

const servers = {
  workerd: () => serveWorker(example('edge/worker.mjs')),
  async Deno() {
    const cache = mkdtempSync(join(tmpdir(), 'deno-'));
    const child = spawn(process.execPath, [deno, 'run', '--no-prompt', '--no-remote', '--allow-net=127.0.0.1', example('edge/deno.mjs'), '0'], {
      env: { ...process.env, DENO_DIR: cache, DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' },
      // The process that is started starts another one.
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const close = async () => {
      process.kill(-child.pid);
      await once(child, 'exit');
      rmSync(cache, { recursive: true });
    };
    const [, origin] = /(http:\/\/127\.0\.0\.1:\d+)/.exec(String(await once(child.stderr, 'data')));
    return { origin, close };
  },
};

const sound = readFileSync(example('travel-booking.json'));
const faulty = readFileSync(example('every-mistake.json'));
const problem = (type, title, status, more) => ({ type: `https://sagas.example/problems/${type}`, title, status, ...more });

for (const [name, serve] of Object.entries(servers)) {
  describe(name, () => {
    let server;
    before(async () => { server = await serve(); });
    after(() => server?.close());
    const post = async (body) => {
      const response = await fetch(server.origin, { method: 'POST', body });
      return [response.status, response.headers.get('content-type'), await response.json()];
    };

    test('a sound saga is told so', async () => {
      assert.deepEqual(await post(sound), [200, 'application/json', { valid: true, findings: [] }]);
    });

    test('a faulty one is a problem with all findings and their places', async () => {
      const findings = validateText(faulty).diagnostics;
      const more = { findings, truncated: false };
      assert.deepEqual(await post(faulty), [422, 'application/problem+json', problem('invalid-saga', 'The saga may not run', 422, more)]);
    });

    test('what is no JSON is a problem with its place', async () => {
      const [status, type, { title, findings }] = await post('{"name": ');
      assert.deepEqual([status, type, title, findings.map(({ rule }) => rule)], [400, 'application/problem+json', 'The body is not JSON', ['invalid_json']]);
      assert.deepEqual((await post(undefined))[0], 400);
    });

    test('a body without end is not read to its end', async () => {
      const [status, , { type }] = await post(new Uint8Array(1024 * 1024 + 1));
      assert.deepEqual([status, type], [413, 'https://sagas.example/problems/saga-too-large']);
    });

    test('other methods are refused', async () => {
      const response = await fetch(server.origin);
      assert.deepEqual([response.status, response.headers.get('allow')], [405, 'POST']);
      await response.body?.cancel();
    });
  });
}
