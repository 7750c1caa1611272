// `npm run demo`: four scenes of one saga. A small HTTP service plays the agents.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { styleText } from 'node:util';
import { startAgents } from './agents.mjs';
import { handOff } from './hand_off.mjs';

const manifest = fileURLToPath(import.meta.resolve('sagaward/package.json'));
const command = join(dirname(manifest), JSON.parse(await readFile(manifest, 'utf8')).bin.sagaward);
const trip = fileURLToPath(new URL('trip.yaml', import.meta.url));

const agents = await startAgents();
const folder = await mkdtemp(join(tmpdir(), 'sagaward-demo-'));
const how = ['--base-url', agents.baseUrl];

try {
  scene('1. Success', 'the flight first, hotel and car side by side, then the payment.');
  await sagaward('run', trip, '--saga-id', 'trip-1', ...how);
  explain(`${agents.effects('/payment/charge')} payment, nothing undone.`);

  scene('2. Rollback', 'the card is declined, so all that was booked is cancelled, the last first.');
  agents.reset();
  agents.troubles.set('/payment/charge', () => 402);
  const code = await sagaward('run', trip, '--saga-id', 'trip-2', ...how);
  explain(`${agents.effects('/flight/book')} flight booked and ${agents.effects('/flight/cancel')} cancelled; the exit code ${code} says that it was rolled back.`);

  scene('3. Kill with hand-off', 'the hotel agent drifts and is killed at work; a substitute takes its step.');
  agents.reset();
  await handOff(agents, say);
  explain(`asked ${agents.calls('/hotel/book')} times under one idempotency key: ${agents.effects('/hotel/book')} hotel booked.`);

  scene('4. Crash with recovery', 'the process is killed by SIGKILL while hotel and car are being booked.');
  agents.reset();
  const journal = join(folder, 'journal');
  const lost = start('run', trip, '--saga-id', 'trip-4', '--journal', journal, ...how);
  const closed = once(lost, 'close');
  await Promise.race([closed, new Promise((resolve) => agents.troubles.set('/hotel/book', resolve))]);
  lost.kill('SIGKILL');
  await closed;
  agents.troubles.clear();
  say('the process is gone; its journal is not:');
  await sagaward('show', journal);
  await sagaward('recover', journal, ...how);
  explain(`the flight was asked for ${agents.calls('/flight/book')} time, the hotel ${agents.calls('/hotel/book')} times; booked were ${agents.effects('/flight/book')} flight and ${agents.effects('/hotel/book')} hotel.`);
} finally {
  await agents.stop();
  await rm(folder, { recursive: true });
  // One that was killed could not.
  if (process.stdout.isTTY) process.stdout.write('\x1b[?25h');
}

function start(...args) {
  return spawn(process.execPath, [command, ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
}

/** Runs a command to its end; its exit code. */
async function sagaward(...args) {
  const [code] = await once(start(...args), 'close');
  return code;
}

function scene(title, what) {
  process.stdout.write(`\n${painted('bold', title)}: ${what}\n\n`);
}

function say(text) {
  process.stdout.write(`${text}\n`);
}

function explain(text) {
  process.stdout.write(`\n${painted('green', `→ ${text}`)}\n`);
}

function painted(style, text) {
  return process.stdout.isTTY ? styleText(style, text) : text;
}
