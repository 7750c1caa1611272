import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { EdgeRuntime } from 'edge-runtime';
import { build } from 'esbuild';
import { conforming } from '../js/conformance.mjs';

test('the package conforms in edge-runtime: while it loads and in a request', async () => {
  const { outputFiles } = await build({
    stdin: { contents: worker, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    format: 'iife',
    conditions: ['edge-light'],
    write: false,
    plugins: [compiledModules],
  });
  const runtime = new EdgeRuntime({
    initialCode: outputFiles[0].text,
    // As Next.js does: compiled outside, in another realm.
    extend: (context) => Object.assign(context, { compiled: new WebAssembly.Module(readFileSync(wasm)) }),
  });
  const response = await runtime.dispatchFetch('https://edge.example/');
  assert.deepEqual(await response.json(), { early: true, inRequest: conforming });
});

const wasm = fileURLToPath(import.meta.resolve('sagaward/sagaward.wasm'));

const worker = `
  import * as sagaward from 'sagaward';
  import { conform, definition } from '../js/conformance.mjs';
  const early = sagaward.isValid(definition);
  addEventListener('fetch', (event) => event.respondWith(conform(sagaward).then((inRequest) => Response.json({ early, inRequest }))));`;

/** What an edge bundler makes of an import of `….wasm?module`. */
const compiledModules = {
  name: 'compiled-modules',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\.wasm\?module$/ }, ({ path }) => ({ path, namespace: 'compiled' }));
    onLoad({ filter: /.*/, namespace: 'compiled' }, () => ({ contents: 'export default compiled;' }));
  },
};
