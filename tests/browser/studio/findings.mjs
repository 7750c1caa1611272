import assert from 'node:assert/strict';
import { test } from 'node:test';

import { definition } from './definitions.mjs';
import { onPage } from './studio.mjs';

const focused = (locator) => locator.evaluate((node) => node === document.activeElement);

test('a mistake is found as it is typed, and marked at its place', onPage(async (studio) => {
  await studio.open(definition('a', 'b'));
  await studio.verdict.getByText('Valid saga, 2 steps').waitFor();

  await studio.select('"data.copy"');
  await studio.page.keyboard.type('"date.copy"');

  await studio.verdict.getByText('This saga may not run: 1 error').waitFor();
  await studio.editor.locator('.cm-lintRange-error', { hasText: '"date.copy"' }).waitFor();
  await studio.problem(/Error Step 'a'.*'date\.copy'.*line 7: column 20/).waitFor();
}));

test('text that is no JSON is found with its place, and the steps stay listed', onPage(async (studio) => {
  await studio.open('{\n  "steps": [{ "id": "a" }],\n  "name": oops\n}');
  await studio.problem(/line 3: column 11/).waitFor();
  await studio.step('a').waitFor();
}));

test('a problem is reached by keyboard, and Enter goes to its place', onPage(async (studio) => {
  await studio.open(definition({ id: 'a', timeout: 0 }, { id: 'b', timeout: 90000 }));
  await studio.verdict.getByText('2 errors').waitFor();

  for (const [keys, selected] of [
    [[], '0'],
    [['ArrowDown'], '90000'],
    [['ArrowDown', 'Home'], '0'],
    [['End'], '90000'],
  ]) {
    await studio.editor.focus();
    await studio.leaveEditor();
    await studio.press(...keys, 'Enter');
    assert.equal(await studio.selectedText(), selected, `after ${keys}`);
    assert.ok(await focused(studio.editor));
  }
}));

test('F8 walks the problems in the order of the text', onPage(async (studio) => {
  await studio.open(definition({ id: 'a', timeout: 0 }, { id: 'b', timeout: 90000 }));
  await studio.verdict.getByText('2 errors').waitFor();
  await studio.editor.focus();
  for (const selected of ['0', '90000', '0']) {
    await studio.press('F8');
    assert.equal(await studio.selectedText(), selected);
  }
}));

test('Escape lets Tab out of the editor from a selection too, and the text stays', onPage(async (studio) => {
  await studio.open(definition({ id: 'a', timeout: 0 }));
  await studio.verdict.getByText('1 error').waitFor();
  await studio.editor.focus();
  await studio.press('F8');
  await studio.leaveEditor();
  assert.ok(!(await focused(studio.editor)));
  await studio.verdict.getByText('1 error').waitFor();
  assert.match((await studio.savedText()).text, /^ {6}"timeout": 0/m);
}));

test('a related place is one click away', onPage(async (studio) => {
  await studio.open(definition({ id: 'twin', agent: 'did:mesh:first' }, { id: 'twin', agent: 'did:mesh:second' }));
  await studio.problem(/Duplicate step ID/).getByRole('button', { name: /line 6/ }).click();
  await studio.steps.getByRole('option', { selected: true }).filter({ hasText: 'did:mesh:first' }).waitFor();
}));

for (const { mistake, fix, mended } of [
  { mistake: { timeout: 90000 }, fix: 'Use 86400', mended: { timeout: 86400 } },
  { mistake: { time_out: 60 }, fix: 'Rename "time_out" to "timeout"', mended: { timeout: 60 } },
  { mistake: { colour: 'blue' }, fix: 'Remove "colour"', mended: {} },
  { mistake: { depends_on: ['b', 'b'] }, fix: 'Remove the second', mended: { depends_on: ['b'] } },
]) {
  test(`the fix “${fix}” mends the text`, onPage(async (studio) => {
    await studio.open(definition({ id: 'a', ...mistake }, 'b'));
    await studio.problems.getByRole('button', { name: fix, exact: true }).click();
    await studio.verdict.getByText('Valid saga').waitFor();
    assert.deepEqual(JSON.parse((await studio.savedText()).text), definition({ id: 'a', ...mended }, 'b'));
  }));
}

test('a fix mends the key that counts, not one that a later twin overrules', onPage(async (studio) => {
  const text = JSON.stringify(definition('a'));
  await studio.open(text.replace('"id"', '"timeout":5,"timeout":0,"id"'));
  await studio.problems.getByRole('button', { name: 'Use 1', exact: true }).click();
  await studio.verdict.getByText('Valid saga').waitFor();
  assert.match((await studio.savedText()).text, /"timeout":5,"timeout":1,/);
}));

test('a mark in the text explains itself and offers its fix', onPage(async (studio) => {
  await studio.open(definition({ id: 'a', timeout: 90000 }));
  await studio.editor.locator('.cm-lintRange-error').hover();
  const tooltip = studio.page.locator('.cm-tooltip');
  assert.equal(await tooltip.getByRole('link', { name: 'maximum' }).getAttribute('href'), 'rules.html#maximum');
  await tooltip.getByRole('button', { name: 'Use 86400' }).click();
  await studio.verdict.getByText('Valid saga, 1 step').waitFor();
}));

test('every rule that is named leads to its section of the documentation', onPage(async (studio) => {
  await studio.loadExample('Every mistake');
  const links = await studio.problems.getByRole('link').evaluateAll((nodes) => nodes.map((node) => node.href));
  assert.ok(links.length > 10, `${links.length} links`);
  const page = await studio.page.context().newPage();
  for (const link of new Set(links)) {
    await page.goto(link);
    await page.locator(':target').waitFor();
  }
  await page.close();
}));

test('typing in a definition of a thousand steps is followed to the last key', onPage(async (studio) => {
  await studio.open(definition(...Array.from({ length: 1_000 }, (_, index) => `step-${index}`)));
  await studio.verdict.getByText('Valid saga, 1,000 steps').waitFor();
  const selected = studio.steps.locator('[aria-selected=true]');
  await studio.select('"step-990"');
  await selected.getByText('step-990').waitFor();

  const word = 'a'.repeat(10);
  await studio.page.keyboard.type(`"${word}"`);
  await selected.getByText(word).waitFor();
}));
