import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

import { savedFile } from '../launch.mjs';
import { definition } from './definitions.mjs';
import { onFreshPage, onPage } from './studio.mjs';

const EXAMPLES = new URL('../../../examples/', import.meta.url);
const examples = readdirSync(EXAMPLES).filter((name) => name.endsWith('.json'));
const title = (name) => new RegExp(`^${name.replace('.json', '').replaceAll('-', ' ')}`, 'i');

test('every example is in the menu, and loads as it is', onPage(async (studio) => {
  assert.ok(examples.length >= 6);
  for (const name of examples) {
    await studio.loadExample(title(name));
    assert.deepEqual(await studio.savedText(), { name, text: readFileSync(new URL(name, EXAMPLES), 'utf8') });
    await studio.verdict.getByText(name === 'every-mistake.json' ? 'This saga may not run' : /^Valid saga, \d+ steps$/).waitFor();
  }
}));

test('the menu works by keyboard', onPage(async (studio) => {
  const button = studio.page.getByRole('button', { name: 'Examples' });
  await button.focus();
  const menu = studio.page.getByRole('menu');
  await studio.press('Enter');
  await menu.waitFor();
  await studio.press('Escape');
  await menu.waitFor({ state: 'hidden' });
  assert.ok(await button.evaluate((node) => node === document.activeElement));

  await studio.press('ArrowDown');
  await menu.waitFor();
  await studio.press('ArrowDown', 'Enter');
  await studio.verdict.getByText('This saga may not run').waitFor();
}));

test('an example replaces the text, and undo brings it back', onPage(async (studio) => {
  await studio.open(definition('mine'));
  await studio.loadExample('Travel booking');
  await studio.editor.focus();
  await studio.press('Control+z');
  await studio.step('mine').waitFor();
}));

test('a text opened from a file is saved under its name, unchanged', onPage(async (studio) => {
  const text = JSON.stringify(definition('ä', '步骤', '🚀'), null, '\t') + '\n';
  await studio.open(text, 'release.json');
  await studio.verdict.getByText('Valid saga, 3 steps').waitFor();
  assert.deepEqual(await studio.savedText(), { name: 'release.json', text });
}));

test('a file dropped on the editor is opened', onPage(async (studio) => {
  await drop(studio, [...Buffer.from(JSON.stringify(definition('dropped')))], 'dropped.json');
  await studio.step('dropped').waitFor();
  assert.equal((await studio.savedText()).name, 'dropped.json');
}));

/** Drops a file of these bytes, or of this many. */
async function drop({ page, editor }, bytes, name) {
  const dataTransfer = await page.evaluateHandle(({ bytes, name }) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(bytes)], name));
    return transfer;
  }, { bytes, name });
  await editor.dispatchEvent('drop', { dataTransfer });
}

test('the keys for saving save', onPage(async (studio) => {
  await studio.open(definition('mine'), 'mine.json');
  await studio.editor.focus();
  assert.equal((await savedFile(studio.page, () => studio.press('Control+s'))).name, 'mine.json');
}));

for (const { what, content, reason, name = 'bad.json' } of [
  { what: 'is not UTF-8', content: [0x7b, 0xff, 0x7d], reason: 'it is not readable as UTF-8 text' },
  { what: 'is too large', content: 8 * 1024 * 1024 + 1, reason: 'it is larger than 8 MiB' },
  { what: 'is YAML', content: [0x61, 0x3a, 0x20, 0x31], name: 'bad.yml', reason: 'it is YAML, and the studio reads JSON' },
]) {
  test(`a file that ${what} is refused with the reason, and the text stays`, onPage(async (studio) => {
    await studio.open(definition('mine'));
    await studio.step('mine').waitFor();
    await drop(studio, content, name);
    await studio.page.getByRole('alert').getByText(`${name} was not opened: ${reason}`).waitFor();
    await studio.step('mine').waitFor();
    await studio.page.getByRole('button', { name: 'Dismiss' }).click();
    await studio.page.getByText(`${name} was not opened`).waitFor({ state: 'detached' });
  }));
}

test('the text is there again at the next visit', onPage(async (studio) => {
  await studio.open(definition('mine'), 'mine.json');
  await studio.step('mine').waitFor();
  await studio.page.reload();
  await studio.step('mine').waitFor();
  assert.equal((await studio.savedText()).name, 'mine.json');
}));

test('a browser that keeps nothing is no obstacle', onFreshPage(async (studio) => {
  await studio.verdict.getByText('Valid saga').waitFor();
  await studio.page.getByRole('alert').getByText('does not keep the text').waitFor();
}, {
  init: () => {
    Storage.prototype.getItem = Storage.prototype.setItem = () => {
      throw new DOMException('denied', 'SecurityError');
    };
  },
}));

test('without its WebAssembly the studio says that it could not start', onFreshPage(async ({ page }) => {
  await page.getByText(/could not start.*npm start.*no WebAssembly here/).waitFor();
}, {
  init: () => {
    WebAssembly.compileStreaming = () => Promise.reject(new TypeError('no WebAssembly here'));
  },
  expected: [/no WebAssembly here/],
}));
