// From import to the first verdict, each time in a new process.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { definition } from './definitions.mjs';
import { median } from './measure.mjs';
import { names } from './peers.mjs';

const PROCESSES = 15;
const text = JSON.stringify(definition(5));
const scripts = {
  [names.sagaward]: 'sagaward.mjs',
  [`${names.ajv} + rules`]: 'ajv.mjs',
  [`${names.cfworker} + rules`]: 'cfworker.mjs',
};

export const title = 'Start in a new process';
export const rows = [{ name: 'import to first verdict, 5 steps', measure, targets: [{ against: `${names.ajv} + rules`, most: 0.3 }] }];

async function measure() {
  const samples = {};
  for (let i = 0; i < PROCESSES; i += 1) {
    for (const [name, script] of Object.entries(scripts)) (samples[name] ??= []).push(await once(name, script));
  }
  return Object.fromEntries(Object.entries(samples).map(([name, list]) => [name, median(list)]));
}

async function once(name, script) {
  const path = fileURLToPath(new URL(`startup/${script}`, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [path, text]);
  const { valid, ms } = JSON.parse(stdout);
  if (valid !== true) throw new Error(`${name} refuses the sound definition`);
  return ms;
}
