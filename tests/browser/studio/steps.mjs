import assert from 'node:assert/strict';
import { test } from 'node:test';

import { definition } from './definitions.mjs';
import { onPage } from './studio.mjs';

test('each step is listed with what it does, who does it, its turn, its time and its undo', onPage(async (studio) => {
  await studio.open(definition(
    { id: 'first', timeout: 60, retries: 1 },
    { id: 'second', agent: 'did:mesh:other', depends_on: ['first'] },
    { id: 'third', depends_on: [], undo_api: null },
    { id: 'fourth', action_id: 'deploy.now', retries: 3 },
  ));
  for (const [id, ...facts] of [
    ['first', 'data.copy', 'did:mesh:copier', 'starts first', '60 s, 1 retry', 'undo: /copy/undo'],
    ['second', 'did:mesh:other', 'after first', '300 s'],
    ['third', 'starts at once', 'cannot be undone', '1 problem'],
    ['fourth', 'deploy.now', 'after the step before', '300 s, 3 retries'],
  ]) {
    const text = await studio.step(id).textContent();
    for (const fact of facts) assert.ok(text.includes(fact), `${id}: “${fact}” in “${text}”`);
  }
}));

test('selecting a step selects its text, and a place in the text selects its step', onPage(async (studio) => {
  const { steps } = definition('first', 'second', 'third');
  await studio.open({ ...definition(), steps });
  const selected = studio.steps.getByRole('option', { selected: true });

  await studio.step('second').click();
  await studio.editor.focus();
  assert.deepEqual(JSON.parse(await studio.selectedText()), steps[1]);

  await studio.select('"third"');
  assert.match(await selected.textContent(), /third/);
}));

test('the arrow keys walk the steps and show their text, and Enter goes there', onPage(async (studio) => {
  const { steps } = definition('first', 'second', 'third');
  const text = JSON.stringify({ ...definition(), steps }, null, 2);
  const lines = text.split('\n');
  await studio.open(text);

  await studio.step('first').focus();
  for (const [key, step] of [['ArrowDown', 1], ['End', 2], ['ArrowUp', 1], ['Home', 0]]) {
    await studio.press(key);
    assert.equal(await shownLine(studio), lines.indexOf(`      "id": "${steps[step].id}",`), key);
    assert.ok(await studio.step(steps[step].id).evaluate((node) => node === document.activeElement), key);
  }
  await studio.press('Enter');
  assert.deepEqual(JSON.parse(await studio.selectedText()), steps[0]);
  assert.ok(await studio.editor.evaluate((node) => node === document.activeElement));
}));

/** The number of the line at which the editor is. */
async function shownLine({ page }) {
  return Number(await page.locator('.cm-lineNumbers .cm-activeLineGutter').textContent());
}

test('a thousand steps are listed a hundred at a time, so that the page stays at hand meanwhile', onPage(async (studio) => {
  await studio.open(definition('only'));
  const lengths = await studio.steps.evaluateHandle((list) => {
    const lengths = [];
    new MutationObserver(() => lengths.push(list.children.length)).observe(list, { childList: true });
    return lengths;
  });
  await studio.open(definition(...Array.from({ length: 1_000 }, (_, index) => `step-${index}`)));
  await studio.step('step-999').waitFor();
  assert.deepEqual(await lengths.jsonValue(), [100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000]);
}));
