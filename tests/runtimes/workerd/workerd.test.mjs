import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import workerd from 'workerd';
import { conforming } from '../../js/conformance.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'workerd-'));
after(() => rmSync(folder, { recursive: true }));

test('the package conforms in workerd: while it loads and in a request', async () => {
  // As wrangler bundles: the `workerd` condition, WebAssembly left as a module of its own.
  await build({
    entryPoints: [here('worker.mjs')],
    bundle: true,
    format: 'esm',
    conditions: ['workerd'],
    external: ['*.wasm'],
    outfile: join(folder, 'worker.js'),
  });
  copyFileSync(fileURLToPath(import.meta.resolve('sagaward/sagaward.wasm')), join(folder, 'sagaward.wasm'));
  copyFileSync(here('config.capnp'), join(folder, 'config.capnp'));

  const server = spawn(workerd.default, ['serve', '--control-fd=3', join(folder, 'config.capnp')], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  try {
    const port = await portOf(server);
    const response = await fetch(`http://127.0.0.1:${port}/`);
    assert.deepEqual(await response.json(), { early: true, inRequest: conforming });
  } finally {
    server.kill();
    await once(server, 'exit');
  }
});

async function portOf(server) {
  for await (const line of createInterface({ input: server.stdio[3] })) {
    const { event, port } = JSON.parse(line);
    if (event === 'listen') return port;
  }
  throw new Error('workerd ended before it listened');
}
