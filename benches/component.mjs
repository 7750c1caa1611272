// The component through wasmtime in Python, beside the reference in the same process.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { definition } from './definitions.mjs';
import { names } from './peers.mjs';

const SIZES = [3, 10, 1_000];
const place = (path) => fileURLToPath(new URL(path, import.meta.url));

function timed(definitions) {
  const python = process.env.SAGAWARD_PYTHON;
  if (!python) throw new Error('SAGAWARD_PYTHON must name a Python that has the packages of tests/oracle/requirements.txt; `npm run bench` sets it.');
  const env = { ...process.env, SAGAWARD_COMPONENT: fileURLToPath(import.meta.resolve('sagaward/component.wasm')), PYTHONPATH: place('../examples/python') };
  const input = definitions.map((one) => `${JSON.stringify(one)}\n`).join('');
  const { status, stdout, stderr } = spawnSync(python, [place('component.py')], { input, env, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout.trimEnd().split('\n').map((line) => JSON.parse(line));
}

export const title = 'Through wasmtime in Python: the findings on a valid definition, as Python objects';
export const rows = SIZES.map((steps) => ({
  name: `${steps.toLocaleString('en')} steps`,
  measure() {
    const [[ours, reference]] = timed([definition(steps)]);
    return { 'agent_hypervisor 3.1.0': reference, [`${names.sagaward}, component`]: ours };
  },
}));
