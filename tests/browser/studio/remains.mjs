// What is still to run, and what would be undone: before a run, during it, at its end.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { definition } from './definitions.mjs';
import { onPage } from './studio.mjs';

/** The waves, in words. */
const waves = (studio) => studio.remains.locator('.waves > li').evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll('.wave-step, .wave-policy')].map((part) => part.textContent).join(', ')));
/** The undos, those that are in doubt in brackets. */
const undos = (studio) => studio.remains.locator('.undos > li').evaluateAll((rows) => rows.map((row) => {
  const words = [...row.querySelectorAll('span')].map((part) => part.textContent).join(' ');
  return row.parentElement.dataset.doubtful === 'true' ? `(${words})` : words;
}));
const suppose = (studio, words) => studio.remains.getByRole('combobox', { name: 'If' }).selectOption(words);

const fork = definition('one', { id: 'left', depends_on: ['one'], undo_api: '' }, { id: 'right', depends_on: ['one'] }, { id: 'last', depends_on: ['left', 'right'] });

test('before a run: all of it, and what each failure would undo', onPage(async (studio) => {
  await studio.open({ ...fork, fan_out: [{ policy: 'any_must_succeed', branches: ['left', 'right'] }] });
  await studio.control('Reset').click({ force: true });
  await studio.verdict.getByText('Valid saga').waitFor();
  await studio.remains.getByText('4 of 4 steps').waitFor();
  assert.deepEqual(await waves(studio), ['one', 'left, right, any must succeed', 'last']);
  // The last step has most to say.
  assert.deepEqual(await undos(studio), ['right', 'left cannot be undone', 'one']);
  await suppose(studio, 'right fails');
  await studio.remains.getByText('its group does without it').waitFor();
  await suppose(studio, 'it is cancelled now');
  await studio.remains.getByText('nothing has committed by then').waitFor();
}));

test('during a run: what runs, what is to come, and what would be undone now', onPage(async (studio) => {
  await studio.simulate(fork, { left: { seconds: 100 } });
  for (const _ of [1, 2, 3]) await studio.control('Step').click();
  await studio.standing('right').getByText('committed').waitFor();
  assert.deepEqual(await waves(studio), ['executing: left', 'last']);
  await suppose(studio, 'it is cancelled now');
  assert.deepEqual(await undos(studio), ['(left cannot be undone)', 'right', 'one']);
  await suppose(studio, 'last fails');
  assert.deepEqual(await undos(studio), ['left cannot be undone', 'right', 'one']);
}));

test('during a rollback: what is still to be undone; at the end: nothing', onPage(async (studio) => {
  await studio.simulate(definition('one', 'two', 'bad'), { bad: { fault: 'fails' } });
  await studio.stepUntil('two', 'compensating');
  await studio.remains.getByRole('heading', { name: 'Still to be undone, in this order' }).waitFor();
  assert.deepEqual([await waves(studio), await undos(studio)], [[], ['two', 'one']]);
  await studio.runUntil('rolled_back');
  await studio.remains.getByText('It has ended').waitFor();
}));

test('what may not run has no plan', onPage(async (studio) => {
  await studio.open(definition({ id: 'a', depends_on: ['a'] }));
  await studio.remains.getByText('may not run yet').waitFor();
}));
