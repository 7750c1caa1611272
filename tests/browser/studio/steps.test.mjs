import assert from 'node:assert/strict';
import { test } from 'node:test';

import { definition } from './definitions.mjs';
import { visit } from './studio.mjs';

test('each step is listed with what it does, who does it, its turn, its time and its undo', () =>
  visit({}, async (studio) => {
    await studio.open(definition(
      { id: 'a', timeout: 60, retries: 1 },
      { id: 'b', agent: 'did:mesh:other', depends_on: ['a'] },
      { id: 'c', depends_on: [], undo_api: null },
      { id: 'd', action_id: 'deploy.now', retries: 3 },
    ));
    for (const [id, ...facts] of [
      ['a', 'data.copy', 'did:mesh:copier', 'first', '60 s, 1 retry', 'undo: /copy/undo'],
      ['b', 'did:mesh:other', 'after a', '300 s'],
      ['c', 'at once', 'cannot be undone', '1 problem'],
      ['d', 'deploy.now', 'after the step before', '300 s, 3 retries'],
    ]) {
      const text = await studio.step(id).textContent();
      for (const fact of facts) assert.ok(text.includes(fact), `${id}: “${fact}” in “${text}”`);
    }
  }));

test('selecting a step selects its text, and a place in the text selects its step', () =>
  visit({}, async (studio) => {
    const { steps } = definition('first', 'second', 'third');
    await studio.open({ ...definition(), steps });
    const selected = studio.steps.getByRole('option', { selected: true });

    await studio.step('second').click();
    assert.deepEqual(JSON.parse(await studio.selectedText()), steps[1]);

    await studio.select('"third"');
    assert.match(await selected.textContent(), /third/);
  }));

test('the arrow keys walk the steps and show their text, and Enter goes there', () =>
  visit({}, async (studio) => {
    const { steps } = definition('first', 'second', 'third');
    await studio.open({ ...definition(), steps });

    await studio.step('first').focus();
    for (const [key, step] of [['ArrowDown', 1], ['End', 2], ['ArrowUp', 1], ['Home', 0]]) {
      await studio.press(key);
      assert.deepEqual(JSON.parse(await studio.selectedText()), steps[step], key);
      assert.ok(await studio.step(steps[step].id).evaluate((node) => node === document.activeElement), key);
    }
    await studio.press('Enter');
    assert.ok(await studio.editor.evaluate((node) => node === document.activeElement));
  }));
