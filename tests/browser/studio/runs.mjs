// Runs with simulated actions, in virtual time.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { definition } from './definitions.mjs';
import { onPage } from './studio.mjs';

/** The log without what every run begins with: its creation and start. */
const happened = async (studio) => (await studio.events()).slice(2).map((event) => event.replace(/^\d+ /, ''));
const begins = (id, attempt = 1) => `attempt_started: ${id} execute, attempt ${attempt}`;
const undoes = (id, attempt = 1) => `attempt_started: ${id} compensate, attempt ${attempt}`;
const becomes = (id, state) => `step_transitioned: ${id} ${state}`;

test('a run goes through the steps in their order, in virtual time', onPage(async (studio) => {
  await studio.simulate(definition('one', 'two', { id: 'beside', depends_on: [] }), { two: { seconds: 100 } });
  await studio.runUntil('succeeded');
  assert.deepEqual(await happened(studio), [
    begins('one'), begins('beside'), becomes('one', 'committed'), begins('two'), becomes('beside', 'committed'), becomes('two', 'committed'),
    'saga_transitioned: completed',
  ]);
  assert.deepEqual(await studio.states(), { one: 'committed', two: 'committed', beside: 'committed' });
  await studio.run.getByText('1 min 50 s').waitFor();
  await studio.run.getByText('3 of 3 committed').waitFor();
}));

test('a step that fails is tried again, then what was done is undone, the last first', onPage(async (studio) => {
  await studio.simulate(definition('one', 'two', { id: 'bad', retries: 1 }), { bad: { fault: 'fails', times: 2 } });
  await studio.runUntil('rolled_back');
  assert.deepEqual((await happened(studio)).slice(4), [
    begins('bad'), 'attempt_failed: bad the simulated action failed', 'retry_due: bad', begins('bad', 2), 'attempt_failed: bad the simulated action failed',
    'step_transitioned: bad failed', "saga_transitioned: compensating step 'bad' failed: the simulated action failed",
    undoes('two'), becomes('two', 'compensated'), undoes('one'), becomes('one', 'compensated'),
    'saga_transitioned: completed',
  ]);
}));

for (const { fault, told, seconds } of [
  { fault: 'times out', told: ['attempt_timed_out: one', 'attempt_failed: one Step one timed out after 30s (attempt 1/2)'], seconds: '41 s' },
  { fault: 'fails', told: ['attempt_failed: one the simulated action failed'], seconds: '21 s' },
  { fault: 'fails in doubt', told: ['attempt_failed: one the simulated action gave no answer'], seconds: '21 s' },
]) {
  test(`a step whose action once ${fault} succeeds with its retry`, onPage(async (studio) => {
    await studio.simulate(definition({ id: 'one', timeout: 30, retries: 1 }), { one: { fault } });
    await studio.runUntil('succeeded');
    assert.deepEqual(await happened(studio), [begins('one'), ...told, 'retry_due: one', begins('one', 2), becomes('one', 'committed'), 'saga_transitioned: completed']);
    await studio.run.getByText(seconds, { exact: true }).waitFor();
  }));
}

test('an action that ignores an abort has its grace, and is undone for it is in doubt', onPage(async (studio) => {
  await studio.simulate(definition({ id: 'one', timeout: 30 }), { one: { fault: 'ignores an abort', seconds: 60 } });
  await studio.runUntil('rolled_back');
  assert.deepEqual((await happened(studio)).slice(0, 2), [begins('one'), 'attempt_timed_out: one']);
  assert.deepEqual(await studio.states(), { one: 'compensated' });
  await studio.run.getByText('45 s', { exact: true }).waitFor();
}));

test('what cannot be undone escalates', onPage(async (studio) => {
  await studio.simulate(definition('one', 'bad'), { one: { fault: 'cannot be undone' }, bad: { fault: 'fails' } });
  await studio.runUntil('escalated');
  assert.deepEqual(await studio.states(), { one: 'compensation_failed', bad: 'failed' });
}));

for (const { move, outcome, states } of [
  { move: 'Retry one', outcome: 'rolled_back', states: { zero: 'compensated', one: 'compensated', bad: 'failed' } },
  { move: 'Skip one', outcome: 'escalated', states: { zero: 'compensated', one: 'compensation_failed', bad: 'failed' } },
  { move: 'Escalate', outcome: 'escalated', states: { zero: 'committed', one: 'compensation_failed', bad: 'failed' } },
]) {
  test(`an undo that fails may wait for an operator: ${move}`, onPage(async (studio) => {
    const behaviours = { one: { fault: 'cannot be undone' }, bad: { fault: 'fails' } };
    await studio.simulate(definition('zero', 'one', 'bad'), behaviours, { onUndoFailure: 'hold for an operator' });
    await studio.speed('no waiting');
    await studio.control('Run').click();
    await studio.progress.getByText('waits for an operator').waitFor();
    await studio.control(move).click();
    await studio.progress.getByText(`outcome: ${outcome}`).waitFor();
    assert.deepEqual(await studio.states(), states);
    assert.equal(await studio.control(move).isVisible(), false);
  }));
}

test('Step goes from event to event, Run goes on from there, Reset forgets it all', onPage(async (studio) => {
  await studio.simulate(definition('one', 'two'));
  const expected = [begins('one'), becomes('one', 'committed'), begins('two'), becomes('two', 'committed'), 'saga_transitioned: completed'];
  // What follows at the same moment comes with it.
  for (const count of [1, 3]) {
    await studio.control('Step').click();
    await studio.log.getByText(expected[count - 1].split(': ')[0]).first().waitFor();
    await studio.log.locator('.event').nth(count + 1).waitFor();
    assert.deepEqual(await happened(studio), expected.slice(0, count));
  }
  await studio.run.getByText('10 s', { exact: true }).waitFor();
  await studio.runUntil('succeeded');
  assert.deepEqual(await happened(studio), expected);

  await studio.control('Reset').click();
  await studio.lifecycle.getByText('Create a saga from the definition').waitFor();
  assert.deepEqual(await studio.events(), []);
  assert.equal(await studio.control('Reset').getAttribute('aria-disabled'), 'true');
}));

test('Pause stops time, and Run lets it go on', onPage(async (studio) => {
  await studio.simulate(definition('one', 'two'));
  await studio.speed('10 ×');
  await studio.control('Run').click();
  await studio.control('Pause').click();
  const time = studio.run.getByRole('timer');
  const before = await time.textContent();
  await studio.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  assert.equal(await time.textContent(), before);
  await studio.runUntil('succeeded');
  assert.equal(await time.textContent().then((text) => text.trim()), '20 s');
}));

test('a paused run does not go on where the definition was changed: another begins', onPage(async (studio) => {
  await studio.simulate(definition('before'));
  await studio.control('Step').click();
  await studio.standing('before').getByText('executing').waitFor();
  await studio.simulate(definition('after'));
  await studio.runUntil('succeeded');
  assert.deepEqual(await studio.states(), { after: 'committed' });
}));

test('Cancel rolls a run back', onPage(async (studio) => {
  await studio.simulate(definition('one', 'two'));
  await studio.control('Step').click();
  await studio.control('Step').click();
  await studio.log.getByText(becomes('one', 'committed').split(': ')[0]).waitFor();
  await studio.control('Cancel').click();
  await studio.runUntil('rolled_back');
  assert.deepEqual(await studio.states(), { one: 'compensated', two: 'compensated' });
}));

test('a run begins anew with the definition as it is now; a saga that is created or restored ends it', onPage(async (studio) => {
  await studio.simulate(definition('one'));
  await studio.runUntil('succeeded');
  await studio.simulate(definition('other'));
  await studio.runUntil('succeeded');
  assert.deepEqual(await studio.states(), { other: 'committed' });

  await studio.control('Step').click();
  await studio.lifecycle.getByRole('button', { name: 'Create saga' }).click();
  await studio.control('Cancel').waitFor({ state: 'detached' });
  await studio.move('other', 'executing', 'committed');
  assert.deepEqual(await studio.states(), { other: 'committed' });
}));

test('what a run drives is not moved by hand', onPage(async (studio) => {
  await studio.simulate(definition('one'));
  await studio.control('Step').click();
  await studio.lifecycle.getByText('A run drives it').waitFor();
  assert.equal(await studio.moves().count(), 0);
  assert.equal(await studio.moves('one').count(), 0);
}));

test('a definition that may not run does not', onPage(async (studio) => {
  await studio.open({ ...definition('one'), session_id: '' });
  await studio.verdict.getByText('This saga may not run').waitFor();
  await studio.control('Reset').click({ force: true });
  for (const name of ['Run', 'Step']) assert.equal(await studio.control(name).getAttribute('aria-disabled'), 'true');
  await studio.control('Run').click({ force: true });
  assert.deepEqual(await studio.events(), []);
}));
