// The graph: the order of work as the package has it, walked and selected.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { browserName } from '../launch.mjs';
import { definition } from './definitions.mjs';
import { onPage } from './studio.mjs';

/** What each step of the graph waits for, in its own words. */
const waits = async (studio) => Object.fromEntries(
  (await studio.nodes.evaluateAll((nodes) => nodes.map((node) => node.querySelector('title').textContent))).map((label) => [label.split(', ')[0], /after (.*)$|starts at once$/.exec(label)?.[1] ?? '']),
);
const focused = (studio) => studio.page.evaluate(() => document.activeElement.dataset.id);

test('a step waits for what it names, or for the one before; a group counts as one', onPage(async (studio) => {
  const steps = definition('one', 'two', { id: 'free', depends_on: [] }, { id: 'left', depends_on: ['one'] }, { id: 'right', depends_on: ['one'] }, 'last');
  await studio.open({ ...steps, fan_out: [{ policy: 'majority_must_succeed', branches: ['left', 'right', 'nobody'] }] });
  await studio.node('last').waitFor();
  assert.deepEqual(await waits(studio), { one: '', two: 'one', free: '', left: 'one', right: 'one', last: 'left, right' });
  await studio.graph.getByText('majority must succeed').waitFor();
}));

test('the graph follows the text as it is typed', onPage(async (studio) => {
  await studio.open(definition('one', 'two'));
  await studio.node('two').waitFor();
  await studio.select('"two"');
  await studio.page.keyboard.type('"renamed"');
  await studio.node('renamed').waitFor();
  assert.deepEqual(await waits(studio), { one: '', renamed: 'one' });
}));

test('steps that wait for each other are marked, and so are their waits', onPage(async (studio) => {
  await studio.open(definition({ id: 'a', depends_on: ['c'] }, { id: 'b', depends_on: ['a'] }, { id: 'c', depends_on: ['b'] }, 'after'));
  await studio.graph.getByRole('option', { name: /^a, waits for itself/ }).waitFor();
  assert.equal(await studio.graph.locator('.node[data-cyclic]').count(), 3);
  assert.equal(await studio.graph.locator('.edge[data-cyclic]').count(), 3);
  assert.equal(await studio.graph.locator('.edge').count(), 4);
}));

test('selecting a step of the graph selects its text, and a place in the text selects the step', onPage(async (studio) => {
  const { steps } = definition('one', 'two', 'three');
  await studio.open({ ...definition(), steps });
  await studio.node('two').click();
  await studio.editor.focus();
  assert.deepEqual(JSON.parse(await studio.selectedText()), steps[1]);
  await studio.select('"three"');
  await studio.graph.getByRole('option', { name: /^three/, selected: true }).waitFor();
}));

test('the keys walk along the waits, and Enter goes to the text', onPage(async (studio) => {
  const { steps } = definition('top', { id: 'left', depends_on: ['top'] }, { id: 'right', depends_on: ['top'] }, { id: 'end', depends_on: ['left', 'right'] });
  await studio.open({ ...definition(), steps });
  await studio.node('end').waitFor();
  await studio.node('top').focus();
  await studio.press('ArrowDown');
  const branch = await focused(studio);
  assert.match(branch, /left|right/);
  await studio.press('ArrowRight', 'ArrowLeft', 'ArrowLeft');
  const leftmost = await focused(studio);
  await studio.press('ArrowRight');
  assert.deepEqual(new Set([leftmost, await focused(studio)]), new Set(['left', 'right']));
  for (const [key, id] of [['ArrowDown', 'end'], ['Home', 'top'], ['End', 'end']]) {
    await studio.press(key);
    assert.equal(await focused(studio), id, key);
  }
  await studio.press('Enter');
  assert.deepEqual(JSON.parse(await studio.selectedText()), steps[3]);
  assert.ok(await studio.editor.evaluate((node) => node === document.activeElement));
}));

test('a run shows its states in the graph; a text that was changed since shows none', onPage(async (studio) => {
  await studio.simulate(definition('one', 'two'), { one: { fault: 'fails' } });
  await studio.control('Step').click();
  await studio.graph.getByRole('option', { name: /^one, executing, by did:mesh:copier, starts at once/ }).waitFor();
  await studio.graph.getByRole('option', { name: /^two, pending/ }).waitFor();
  await studio.runUntil('failed');
  await studio.graph.getByRole('option', { name: /^one, failed/ }).waitFor();
  await studio.open(definition('one', 'two', 'three'));
  await studio.graph.getByRole('option', { name: /^three, by/ }).waitFor();
  assert.equal(await studio.graph.getByRole('option', { name: /failed/ }).count(), 0);
}));

test('the graph is zoomed, and fitted', onPage(async (studio) => {
  await studio.open(definition('one', 'two'));
  await studio.node('two').waitFor();
  const width = () => studio.graph.locator('.picture').evaluate((node) => node.getBoundingClientRect().width);
  await studio.graph.getByRole('button', { name: 'Fit' }).click();
  const before = await width();
  await studio.graph.getByRole('button', { name: 'Zoom in' }).click();
  assert.ok(Math.abs((await width()) / before - 1.25) < 0.01);
  await studio.graph.getByRole('button', { name: 'Fit' }).click();
  assert.ok(Math.abs((await width()) / before - 1) < 0.01);
}));

// Firefox cannot be told by its driver which scheme to prefer.
for (const [scheme, isDark] of [['light', false], ...(browserName === 'firefox' ? [] : [['dark', true]])]) {
  test(`the graph is saved as it is seen, ${scheme}: as SVG that stands alone, and as PNG`, onPage(async (studio) => {
    await studio.look({ viewport: { width: 1280, height: 800 }, colorScheme: scheme });
    await studio.simulate(definition('one', 'two'), {}, { name: `${scheme}.json` });
    await studio.control('Reset').click({ force: true });
    await studio.control('Step').click();
    await studio.graph.getByRole('option', { name: /^one, executing/ }).waitFor();
    const svg = await studio.saved(studio.graph.getByRole('button', { name: 'Graph as SVG' }));
    assert.equal(svg.name, `${scheme}.svg`);
    assert.doesNotMatch(svg.text, /class=|data-|style=|var\(|currentColor|oklch|role=/);
    const png = await studio.saved(studio.graph.getByRole('button', { name: 'Graph as PNG' }), 'base64');
    assert.equal(png.name, `${scheme}.png`);
    const [drawn, taken] = await studio.page.evaluate(pictures, [`data:image/svg+xml,${encodeURIComponent(svg.text)}`, `data:image/png;base64,${png.text}`]);
    assert.deepEqual([taken.width, taken.height], [drawn.width * 2, drawn.height * 2]);
    for (const { corner, colours } of [drawn, taken]) {
      assert.equal(corner < 128, isDark);
      assert.ok(colours > 10, `${colours} colours`);
    }
    for (const words of ['one', 'two', 'executing', 'pending', 'copier']) assert.ok(svg.text.includes(`>${words}</text>`), words);
  }));
}

/** What each of these pictures is: its size, how bright its corner is, and how many colours it has. */
function pictures(addresses) {
  return Promise.all(addresses.map(async (address) => {
    const image = new Image();
    image.src = address;
    await image.decode();
    const { naturalWidth: width, naturalHeight: height } = image;
    const canvas = new OffscreenCanvas(width, height).getContext('2d');
    canvas.drawImage(image, 0, 0);
    const { data } = canvas.getImageData(0, 0, width, height);
    return { width, height, corner: data[0], colours: new Set(new Uint32Array(data.buffer)).size };
  }));
}

/** How many places of an element change while something is done and seen. */
async function changes(element, work, seen) {
  const count = await element.evaluateHandle((node) => {
    const observer = new MutationObserver((records) => (observer.count += records.length));
    observer.count = 0;
    observer.observe(node, { subtree: true, childList: true, attributes: true, characterData: true });
    return observer;
  });
  await work();
  await seen();
  return count.evaluate((observer) => {
    observer.disconnect();
    return observer.count;
  });
}

test('a thousand steps are drawn; what changes in the drawing is what became of a step, and nothing else', onPage(async (studio) => {
  await studio.open(definition(...Array.from({ length: 1_000 }, (_, index) => `step-${index}`)));
  await studio.node('step-999').waitFor();
  assert.equal(await studio.nodes.count(), 1_000);
  assert.equal((await waits(studio))['step-999'], 'step-998');

  const picture = studio.graph.locator('.picture');
  const percent = studio.graph.locator('.graph-zoom');
  const before = await percent.textContent();
  assert.equal(await changes(picture, () => studio.graph.getByRole('button', { name: 'Zoom in' }).click(), () => percent.filter({ hasNotText: before }).waitFor()), 0);

  await studio.node('step-3').focus();
  const selected = (id) => studio.graph.locator(`[data-id="${id}"][aria-selected=true]`).waitFor();
  await selected('step-3');
  const ofSelecting = await changes(picture, () => studio.press('ArrowDown'), () => selected('step-4'));
  assert.ok(ofSelecting > 0 && ofSelecting <= 4, `${ofSelecting} changes`);

  await studio.control('Step').click();
  const becomes = (id, state) => studio.graph.locator(`[data-id="${id}"][data-state=${state}]`).waitFor();
  await becomes('step-0', 'executing');
  const ofAnEvent = await changes(picture, () => studio.control('Step').click(), () => becomes('step-1', 'executing'));
  assert.ok(ofAnEvent > 0 && ofAnEvent <= 20, `${ofAnEvent} changes`);
}));
