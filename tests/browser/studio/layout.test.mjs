// Every look of the page: nothing for axe-core to find, nothing wider than the window.
// With UPDATE_IMAGES=1 the pictures of the documentation are taken on the way.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { visit } from './studio.mjs';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const IMAGES = fileURLToPath(new URL('../../../docs/images/', import.meta.url));

const wide = { viewport: { width: 1440, height: 900 } };
const narrow = { viewport: { width: 360, height: 780 }, deviceScaleFactor: 2 };
const huge = { viewport: { width: 3840, height: 2160 } };
const light = { colorScheme: 'light' };
const dark = { colorScheme: 'dark' };

for (const { look, options, example, then, image } of [
  { look: 'light, valid', options: { ...wide, ...light }, example: 'Kubernetes release', then: selectStep, image: 'studio-light' },
  { look: 'light, every mistake', options: { ...wide, ...light }, example: 'Every mistake' },
  { look: 'dark, valid', options: { ...wide, ...dark }, example: 'Kubernetes release' },
  { look: 'dark, every mistake', options: { ...wide, ...dark }, example: 'Every mistake', then: explainMark, image: 'studio-dark' },
  { look: 'narrow, every mistake', options: { ...narrow, ...light }, example: 'Every mistake', image: 'studio-narrow' },
  { look: 'narrow, dark, valid', options: { ...narrow, ...dark }, example: 'Travel booking' },
  { look: 'narrow, menu open', options: { ...narrow, ...light }, example: 'Data pipeline', then: openMenu },
  { look: 'search open', options: { ...wide, ...dark }, example: 'Data pipeline', then: openSearch },
  { look: 'no steps', options: { ...wide, ...light }, example: 'Data pipeline', then: emptyText },
  { look: 'huge, valid', options: { ...huge, ...light }, example: 'Incident response' },
  { look: 'forced colours', options: { ...wide, forcedColors: 'active' }, example: 'Every mistake' },
]) {
  test(`${look}: accessible, and as wide as the window`, () =>
    visit({ ...options, reducedMotion: 'reduce' }, async (studio) => {
      await studio.loadExample(example);
      await studio.verdict.getByText(example === 'Every mistake' ? 'This saga may not run' : 'Valid saga').waitFor();
      await then?.(studio);
      assert.deepEqual(await violations(studio.page), []);
      const { scrollWidth, clientWidth } = await studio.page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement;
        return { scrollWidth, clientWidth };
      });
      assert.ok(scrollWidth <= clientWidth, `${scrollWidth} px in a window of ${clientWidth} px`);
      if (image && process.env.UPDATE_IMAGES === '1') await studio.page.screenshot({ path: `${IMAGES}${image}.png` });
    }));
}

test('the documentation of the rules is accessible', () =>
  visit({}, async ({ page }) => {
    await page.goto(new URL('rules.html', page.url()).href);
    assert.deepEqual(await violations(page), []);
  }));

test('Tab reaches everything in the order of the page, and Escape lets it out of the editor', () =>
  visit({}, async (studio) => {
    const stops = [];
    for (const keys of [['Tab'], ['Tab'], ['Tab'], ['Tab'], ['Escape', 'Tab']]) {
      await studio.press(...keys);
      stops.push(await studio.page.evaluate(() => {
        const { ariaLabel, textContent, role } = document.activeElement;
        return `${role ?? 'button'} ${ariaLabel ?? textContent.trim().slice(0, 13)}`;
      }));
    }
    assert.deepEqual(stops, ['button Examples', 'button Open', 'button Save', 'textbox Saga definition', 'option 1verify-image']);
  }));

async function violations(page) {
  // Evaluated from outside, since the page's own policy lets no foreign script in.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}

async function selectStep(studio) {
  await studio.step('freeze-config').click();
}

async function explainMark(studio) {
  await studio.editor.locator('.cm-lintRange-error', { hasText: 'database.migrate' }).hover();
  await studio.page.locator('.cm-tooltip').waitFor();
}

async function openMenu(studio) {
  await studio.page.getByRole('button', { name: 'Examples' }).click();
}

async function openSearch(studio) {
  await studio.editor.focus();
  await studio.press('Control+f');
}

async function emptyText(studio) {
  await studio.editor.focus();
  await studio.press('Control+a', 'Delete');
  await studio.verdict.getByText('This saga may not run').waitFor();
}
