// Time travel: the page as it was after an event, folded from the log.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { definition } from './definitions.mjs';
import { onPage } from './studio.mjs';

const A = 'did:mesh:copier';

/** A run that was rolled back, with a kill on the way. */
async function ended(studio) {
  await studio.simulate(definition('one', 'two', 'three'));
  for (const _ of [1, 2]) await studio.control('Step').click();
  await studio.standing('two').getByText('executing').waitFor();
  await studio.kill(A);
  await studio.runUntil('rolled_back');
}

test('selecting an event shows the whole page as it was then, and the way back', onPage(async (studio) => {
  await ended(studio);
  const events = await studio.events();
  const kill = events.findIndex((event) => event.includes('agent_killed'));
  await studio.event(kill).click();
  await studio.page.getByRole('status').getByText(`As it was after event ${kill} of ${events.length}`).waitFor();
  assert.deepEqual(await studio.states(), { one: 'committed', two: 'executing', three: 'pending' });
  await studio.graph.getByRole('option', { name: /^two, executing/ }).waitFor();
  await studio.progress.getByText('running').waitFor();
  await studio.remains.getByText('2 of 3 steps').waitFor();
  assert.match(await studio.timeline.locator('.lane').nth(1).textContent(), /attempt 1 from 10 s, goes on/);
  assert.equal(await studio.records.count(), 0);
  // What was is not changed.
  assert.equal(await studio.killSwitch.getByRole('button', { name: 'Kill agent' }).count(), 0);
  assert.equal(await studio.moves('one').count(), 0);

  await studio.page.getByRole('button', { name: 'Back to now' }).click();
  await studio.progress.getByText('outcome: rolled_back').waitFor();
  assert.deepEqual(await studio.states(), { one: 'compensated', two: 'compensated', three: 'pending' });
  assert.equal(await studio.records.count(), 1);
}));

test('the keys walk the events, and so does the slider', onPage(async (studio) => {
  await ended(studio);
  const count = (await studio.events()).length;
  const shown = async () => /event (\d+) of/.exec(await studio.page.locator('.past').textContent())?.[1];
  await studio.log.getByRole('option').last().focus();
  for (const [key, seq] of [['ArrowUp', count - 1], ['ArrowUp', count - 2], ['ArrowDown', count - 1], ['Home', 1], ['ArrowDown', 2], ['End', undefined], ['ArrowUp', count - 1], ['Escape', undefined]]) {
    await studio.press(key);
    assert.equal(await shown(), seq?.toString(), key);
    const selected = studio.log.getByRole('option', { selected: true });
    assert.equal(await selected.count(), seq ? 1 : 0, key);
    if (seq) assert.ok(await selected.evaluate((node) => node === document.activeElement), key);
  }
  const slider = studio.log.getByRole('slider', { name: 'Event' });
  await slider.focus();
  for (const [key, seq] of [['ArrowLeft', count - 1], ['Home', 1], ['End', undefined]]) {
    await studio.press(key);
    assert.equal(await shown(), seq?.toString(), key);
  }
}));

test('Run and Step go on from now, and a run that plays is paused by looking back', onPage(async (studio) => {
  await studio.simulate(definition('one', 'two'));
  await studio.speed('1 ×');
  await studio.control('Run').click();
  await studio.log.getByText('attempt_started').waitFor();
  await studio.event(1).click();
  assert.equal(await studio.control('Pause').getAttribute('aria-disabled'), 'true');
  await studio.control('Step').click();
  await studio.standing('one').getByText('committed').waitFor();
  assert.equal(await studio.page.getByText('As it was').count(), 0);
}));

test('the log of a restored saga is travelled as far as it goes back', onPage(async (studio) => {
  await studio.create(definition('one', 'two'));
  await studio.move('one', 'executing');
  const { text } = await studio.saved(await studio.snapshotItem('Keep as a file'));
  await studio.restore(text);
  await studio.move('one', 'committed');
  await studio.move('two', 'executing');
  await studio.log.getByRole('option').first().click();
  assert.deepEqual(await studio.states(), { one: 'committed', two: 'pending' });
}));

test('the log is filtered by words that its events hold', onPage(async (studio) => {
  await ended(studio);
  const filter = studio.log.getByRole('searchbox', { name: 'Filter the log' });
  await filter.fill('one committed');
  await studio.log.getByText(/^1 of \d+ events$/).waitFor();
  assert.match((await studio.events())[0], /step_transitioned: one committed/);
  await filter.fill('unheard-of');
  await studio.log.getByText('No event holds all of these words').waitFor();
  await filter.fill('');
}));
