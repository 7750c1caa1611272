// Links that hold a definition and how its simulated actions go.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { definition } from './definitions.mjs';
import { onPage } from './studio.mjs';

const mine = definition('ä', 'two');

async function share(studio) {
  await studio.page.getByRole('button', { name: 'Share' }).click();
  const field = studio.page.getByRole('textbox', { name: /The link is on the clipboard/ });
  await field.waitFor();
  const link = await field.inputValue();
  assert.equal(await studio.page.evaluate(() => navigator.clipboard.readText()), link);
  return link;
}

/** Follows a link as another person does: on a page that knows nothing. */
async function follow(studio, link) {
  await studio.page.evaluate(() => localStorage.clear());
  await studio.page.goto('about:blank');
  await studio.page.goto(link);
}

test('a link brings back the definition, the actions and the settings', onPage(async (studio) => {
  await studio.simulate(mine, { two: { fault: 'fails', seconds: 7, times: 3 } }, { onUndoFailure: 'hold for an operator' });
  const { text } = await studio.savedText();
  const link = await share(studio);
  await studio.page.getByRole('button', { name: 'Close' }).click();
  await studio.page.getByRole('textbox', { name: /The link/ }).waitFor({ state: 'detached' });
  await follow(studio, link);
  await studio.step('ä').waitFor();
  assert.equal((await studio.savedText()).text, text);
  assert.equal(new URL(studio.page.url()).hash, '');
  await studio.run.getByText('two fails').waitFor();
  await studio.run.getByText('Simulated actions').click();
  assert.equal(await studio.run.getByRole('spinbutton', { name: 'two takes' }).inputValue(), '7');
  assert.equal(await studio.run.getByRole('spinbutton', { name: 'two so many times' }).inputValue(), '3');
  assert.equal(await studio.run.getByRole('combobox', { name: 'If an undo fails' }).inputValue(), 'hold');
  await studio.runUntil('rolled_back');
}));

test('undo brings back the text that a link has replaced', onPage(async (studio) => {
  await studio.open(mine);
  const link = await share(studio);
  await studio.open(definition('other'));
  await studio.page.evaluate((link) => (location.href = link), link);
  await studio.step('ä').waitFor();
  await studio.editor.focus();
  await studio.press('Control+z');
  await studio.step('other').waitFor();
}));

for (const [what, damage] of [
  ['that was cut', (link) => link.slice(0, -20)],
  ['in which a letter was changed', (link) => link.slice(0, -12) + (link.at(-12) === 'A' ? 'B' : 'A') + link.slice(-11)],
  ['that is none of ours', (link) => link.replace(/=.*/, '=%%%')],
  ['to nothing', (link) => link.replace(/=.*/, '=')],
]) {
  test(`a link ${what} says that it is broken, and the text stays`, onPage(async (studio) => {
    await studio.open(mine);
    const link = damage(await share(studio));
    await studio.open(definition('stays'));
    await studio.page.evaluate((link) => (location.href = link), link);
    await studio.page.getByRole('alert').getByText('The link is broken').waitFor();
    await studio.step('stays').waitFor();
    await studio.page.getByRole('button', { name: 'Dismiss' }).click();
  }));
}

test('what makes too long a link is refused with words', onPage(async (studio) => {
  const random = (index) => Array.from({ length: 8 }, (_, place) => ((index * 7_919 + place * 104_729) ** 2 % 9_973_999).toString(36)).join('');
  await studio.open(definition(...Array.from({ length: 400 }, (_, index) => `step-${random(index)}`)));
  await studio.page.getByRole('button', { name: 'Share' }).click();
  await studio.page.getByRole('alert').getByText(/would be [\d,]+ characters long.*8,000.*share the file/).waitFor();
  await studio.page.getByRole('button', { name: 'Dismiss' }).click();
}));
