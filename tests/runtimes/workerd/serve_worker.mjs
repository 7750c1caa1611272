import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import workerd from 'workerd';

/** Bundles a Worker as wrangler does, and serves it in workerd until `close`. */
export async function serveWorker(entry) {
  const folder = mkdtempSync(join(tmpdir(), 'workerd-'));
  // The `workerd` condition, WebAssembly left as a module of its own.
  await build({
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    conditions: ['workerd'],
    external: ['*.wasm'],
    outfile: join(folder, 'worker.js'),
  });
  copyFileSync(fileURLToPath(import.meta.resolve('sagaward/sagaward.wasm')), join(folder, 'sagaward.wasm'));
  copyFileSync(fileURLToPath(new URL('config.capnp', import.meta.url)), join(folder, 'config.capnp'));

  const server = spawn(workerd.default, ['serve', '--control-fd=3', join(folder, 'config.capnp')], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  const close = async () => {
    const exited = once(server, 'exit');
    server.kill();
    await exited;
    rmSync(folder, { recursive: true });
  };
  return { origin: `http://127.0.0.1:${await portOf(server)}`, close };
}

async function portOf(server) {
  for await (const line of createInterface({ input: server.stdio[3] })) {
    const { event, port } = JSON.parse(line);
    if (event === 'listen') return port;
  }
  throw new Error('workerd ended before it listened');
}
