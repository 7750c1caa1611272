// Kills of agents whose steps a simulated run performs.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { definition } from './definitions.mjs';
import { onPage } from './studio.mjs';

const [A, B] = ['did:mesh:a', 'did:mesh:b'];
const STANDBY = 'did:mesh:standby-1';
const steps = definition({ id: 'zero', agent: B }, { id: 'one', agent: A }, { id: 'two', agent: B }, { id: 'three', agent: A });

/** A run in which A executes `one`. */
async function underWay(studio, behaviours) {
  await studio.simulate(steps, behaviours);
  await studio.control('Step').click();
  await studio.control('Step').click();
  await studio.standing('one').getByText('executing').waitFor();
}

test('a substitute that accepts finishes what the killed agent began, and what was to come', onPage(async (studio) => {
  await underWay(studio);
  await studio.kill(A, { substitute: 'one that accepts' });
  assert.match(await studio.records.first().textContent(), /1 step handed over.*confirmed/);
  await studio.runUntil('succeeded');
  for (const id of ['one', 'three']) assert.match(await studio.row(id).textContent(), new RegExp(STANDBY));
  const handed = (await studio.events()).filter((event) => event.includes('step_handed_off')).map((event) => event.replace(/^\d+ /, ''));
  assert.deepEqual(handed, ['one', 'three'].map((id) => `step_handed_off: ${id} ${A} to ${STANDBY}`));
}));

for (const substitute of ['none', 'one that declines', 'one that hangs']) {
  test(`with the substitute “${substitute}” the run is rolled back`, onPage(async (studio) => {
    await underWay(studio);
    await studio.kill(A, { substitute, inTime: substitute === 'one that hangs' });
    assert.match(await studio.records.first().textContent(), /1 step marked for rollback/);
    await studio.runUntil('rolled_back');
    const states = { zero: 'compensated', one: 'compensated', two: 'pending', three: 'pending' };
    assert.deepEqual(await studio.states(), states);
  }));
}

test('the step of a killed agent that does not stop is held, until it settles', onPage(async (studio) => {
  await underWay(studio, { one: { fault: 'ignores an abort', seconds: 60 } });
  await studio.kill(A, { substitute: 'one that accepts', inTime: true });
  await studio.progress.getByText('waits for an operator').waitFor();
  assert.match(await studio.records.first().textContent(), /not decided.*pending.*signalled/);
  await studio.runUntil('succeeded');
  assert.match(await studio.records.first().textContent(), /2 steps handed over\.one handed_off.*three handed_off/);
}));

for (const [move, outcome] of [['Retry one', 'succeeded'], ['Skip one', 'rolled_back']]) {
  test(`an operator does not wait for the killed agent: ${move}`, onPage(async (studio) => {
    await underWay(studio, { one: { fault: 'ignores an abort', seconds: 200 } });
    await studio.kill(A, { substitute: 'one that accepts', inTime: true });
    await studio.control(move).click();
    await studio.control(move).waitFor({ state: 'detached' });
    await studio.runUntil(outcome);
  }));
}
