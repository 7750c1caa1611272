import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Saga } from 'sagaward';

import { definition } from './definitions.mjs';
import { onPage } from './studio.mjs';

/** A step under way, one done and one that failed with words. */
const snapshot = (() => {
  const saga = Saga.fromDefinition(definition('done', 'broken', 'busy'), { saga_id: 'saga:kept' });
  for (const id of ['done', 'broken', 'busy']) saga.transitionStep(id, 'executing');
  saga.transitionStep('done', 'committed', { result: { copied: 3 } });
  saga.transitionStep('broken', 'failed', { error: 'the disk is full' });
  return saga.snapshot();
})();

const STATES = { done: 'committed', broken: 'failed', busy: 'executing' };

const WAYS_IN = {
  'from a file': (studio, text) => studio.restore(text),
  'from pasted text': async (studio, text) => {
    await (await studio.snapshotItem('Restore from pasted text')).click();
    await studio.page.keyboard.insertText(text);
    await studio.lifecycle.getByRole('button', { name: 'Restore' }).click();
  },
};

for (const [way, restore] of Object.entries(WAYS_IN)) {
  test(`a saga is restored ${way} as it was: states, results, errors; its log begins there`, onPage(async (studio) => {
    await studio.create(definition('another'));
    await restore(studio, JSON.stringify(snapshot));
    await studio.lifecycle.getByText('saga:kept').waitFor();
    assert.deepEqual(await studio.states(), STATES);
    await studio.row('done').getByText('{"copied":3}').waitFor();
    await studio.unfold('broken');
    await studio.row('broken').getByText('the disk is full').waitFor();
    await studio.log.getByText('The first 6 events are not listed').waitFor();

    await studio.move('busy', 'committed');
    assert.deepEqual(await studio.events(), ['7 step_transitioned: busy committed']);
  }));
}

test('what is kept as a file and what is copied is the snapshot, and restores the same saga', onPage(async (studio) => {
  await studio.restore(snapshot);
  const file = await studio.saved(await studio.snapshotItem('Keep as a file'));
  assert.equal(file.name, 'saga-kept.snapshot.json');
  assert.deepEqual(JSON.parse(file.text), snapshot);

  await (await studio.snapshotItem('Copy')).click();
  await studio.lifecycle.getByRole('status').getByText('on the clipboard').waitFor();
  assert.equal(await studio.page.evaluate(() => navigator.clipboard.readText()), file.text);
}));

const changed = (change) => JSON.stringify({ ...snapshot, ...change });

for (const { what, text, way = 'from a file' } of [
  { what: 'of a newer version', text: changed({ version: 99 }) },
  { what: 'of something else', text: changed({ format: 'sagaward.kill_switch' }), way: 'from pasted text' },
  { what: 'of an impossible saga', text: changed({ state: 'completed' }) },
  { what: 'with an unknown field', text: changed({ colour: 'blue' }) },
  { what: 'that is a definition', text: JSON.stringify(definition('only')) },
]) {
  test(`a snapshot ${what} is refused with the package's own code and words, and the saga stays`, onPage(async (studio) => {
    await studio.create(definition('mine'));
    await WAYS_IN[way](studio, text);
    const { code, message } = refusal(text);
    const alert = studio.lifecycle.getByRole('alert');
    await alert.getByText(code, { exact: true }).waitFor();
    await alert.getByText(message, { exact: true }).waitFor();
    await alert.getByRole('button', { name: 'Dismiss' }).click();
    await alert.getByText(code).waitFor({ state: 'detached' });
    assert.deepEqual(await studio.states(), { mine: 'pending' });
    if (way === 'from a file') return;
    await studio.lifecycle.getByRole('textbox').press('Escape');
    await studio.lifecycle.getByRole('textbox').waitFor({ state: 'detached' });
    assert.ok(await studio.lifecycle.getByRole('button', { name: 'Snapshot' }).evaluate((node) => node === document.activeElement));
  }));
}

function refusal(text) {
  try {
    Saga.restore(JSON.parse(text));
  } catch (error) {
    assert.equal(error.code, 'bad_snapshot');
    return error;
  }
  assert.fail('the package restores it');
}

for (const { what, content, code } of [
  { what: 'is no JSON', content: '{"format":', code: 'not_json' },
  { what: 'is not UTF-8', content: Buffer.from([0x7b, 0xff, 0x7d]), code: 'unreadable_file' },
]) {
  test(`a file that ${what} is no snapshot: ${code}`, onPage(async (studio) => {
    await studio.create(definition('mine'));
    await studio.restore(content, 'bad.json');
    const alert = studio.lifecycle.getByRole('alert');
    await alert.getByText('bad.json was not restored.').waitFor();
    await alert.getByText(code, { exact: true }).waitFor();
    assert.deepEqual(await studio.states(), { mine: 'pending' });
  }));
}
