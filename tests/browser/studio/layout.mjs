// Every look of the page: nothing for axe-core to find, nothing wider than the window.
// With UPDATE_IMAGES=1 the pictures of the documentation are taken on the way.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { definition } from './definitions.mjs';
import { onFreshPage, onPage, withLargeText } from './studio.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const IMAGES = fileURLToPath(new URL('../../../docs/images/', import.meta.url));

const wide = { viewport: { width: 1440, height: 900 } };
const narrow = { viewport: { width: 360, height: 780 } };
const huge = { viewport: { width: 3840, height: 2160 } };
const light = { colorScheme: 'light' };
const dark = { colorScheme: 'dark' };
const forced = { forcedColors: 'active' };

for (const { scene, set, looks, images = {} } of [
  {
    scene: 'a valid definition', set: validDefinition,
    looks: { light: { ...wide, ...light }, dark: { ...wide, ...dark }, narrow: { ...narrow, ...dark }, huge: { ...huge, ...light } },
    images: { light: 'studio-light' },
  },
  {
    scene: 'every mistake', set: everyMistake,
    looks: { dark: { ...wide, ...dark }, light: { ...wide, ...light }, narrow: { ...narrow, ...light }, forced: { ...wide, ...forced } },
    images: { dark: 'studio-dark', narrow: 'studio-narrow' },
  },
  { scene: 'an open menu', set: openMenu, looks: { narrow: { ...narrow, ...light } } },
  { scene: 'an open search', set: openSearch, looks: { dark: { ...wide, ...dark } } },
  { scene: 'no steps', set: emptyText, looks: { light: { ...wide, ...light } } },
  {
    scene: 'a killed agent', set: kill,
    looks: { light: { ...wide, ...light }, dark: { ...wide, ...dark }, narrow: { ...narrow, ...light }, forced: { ...wide, ...forced } },
    images: { light: 'lifecycle-light', dark: 'lifecycle-dark', narrow: 'lifecycle-narrow' },
  },
  {
    scene: 'a run that was killed and rolls back', set: rollBack,
    looks: { light: { ...wide, ...light }, dark: { ...wide, ...dark }, narrow: { ...narrow, ...dark }, huge: { ...huge, ...light }, forced: { ...wide, ...forced } },
    images: { light: 'run-light', dark: 'run-dark', narrow: 'run-narrow' },
  },
  {
    scene: 'a run as it was', set: lookBack,
    looks: { light: { ...wide, ...light }, dark: { ...wide, ...dark }, narrow: { ...narrow, ...light }, forced: { ...wide, ...forced } },
    images: { light: 'travel-light', dark: 'travel-dark' },
  },
  { scene: 'a shared link', set: share, looks: { light: { ...wide, ...light }, dark: { ...wide, ...dark }, narrow: { ...narrow, ...light } } },
  { scene: 'a run that waits for an operator', set: waitForOperator, looks: { light: { ...wide, ...light }, dark: { ...wide, ...dark }, narrow: { ...narrow, ...light } } },
  { scene: 'a cycle and a group', set: cycle, looks: { light: { ...wide, ...light }, dark: { ...wide, ...dark }, narrow: { ...narrow, ...light } } },
  { scene: 'a refused snapshot', set: refuse, looks: { dark: { ...wide, ...dark }, narrow: { ...narrow, ...light } } },
]) {
  test(`${scene}: accessible, and as wide as the window, in each look`, onPage(async (studio) => {
    const [[usual, first]] = Object.entries(looks);
    await studio.look(first);
    await set(studio);
    for (const [name, look] of Object.entries(looks)) {
      await studio.look(look);
      // A huge window differs from a wide one in nothing that axe-core looks at.
      if (name !== 'huge') assert.deepEqual(await violations(studio.page, name === usual ? undefined : OF_LOOKS), [], name);
      await fits(studio.page, name);
      if (images[name] && process.env.UPDATE_IMAGES === '1') await picture(images[name], look, set);
    }
  }));
}

/** Takes a picture of a scene on a fresh page: as sharp as a small window needs it, and nothing in it from the tests before. */
async function picture(image, look, set) {
  const deviceScaleFactor = look.viewport === narrow.viewport ? 2 : 1;
  await onFreshPage(async (studio) => {
    await set(studio);
    await studio.page.screenshot({ path: `${IMAGES}${image}.png` });
  }, { ...look, deviceScaleFactor })();
}

for (const [where, viewport] of Object.entries({ wide: wide.viewport, narrow: narrow.viewport })) {
  test(`with texts twice as large: accessible, and as wide as the ${where} window`, withLargeText(async (studio) => {
    assert.equal(await studio.verdict.evaluate((node) => parseFloat(getComputedStyle(node).fontSize) >= 26), true);
    await lookBack(studio);
    assert.deepEqual(await violations(studio.page), []);
    await fits(studio.page, where);
  }, { viewport }));
}

test('who wants less motion sees none', onPage(async (studio) => {
  await studio.simulate(definition('one', 'two'));
  await studio.runUntil('succeeded');
  const moving = await studio.page.evaluate(() => [
    ...document.getAnimations().map(({ constructor: { name } }) => name),
    ...[...document.querySelectorAll('*')].filter((node) => !['0s', ''].includes(getComputedStyle(node).transitionDuration)).map(({ className }) => className),
    getComputedStyle(document.documentElement).scrollBehavior === 'smooth' && 'scrolling',
  ].filter(Boolean));
  assert.deepEqual(moving, []);
}));

async function fits(page, name) {
  const { scrollWidth, clientWidth } = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return { scrollWidth, clientWidth };
  });
  assert.ok(scrollWidth <= clientWidth, `${name}: ${scrollWidth} px in a window of ${clientWidth} px`);
}

test('the documentation of the rules is accessible', onPage(async (studio) => {
  const page = await studio.page.context().newPage();
  await page.goto(new URL('rules.html', studio.page.url()).href);
  assert.deepEqual(await violations(page), []);
  await page.close();
}));

test('Tab reaches everything in the order of the page, and Escape lets it out of the editor', onPage(async (studio) => {
  await studio.simulate(definition('first', 'second'));
  await studio.lifecycle.getByRole('button', { name: 'Create saga' }).click();
  await studio.row('second').waitFor();
  await studio.page.getByRole('button', { name: 'Examples' }).focus();
  const stops = [];
  do {
    const stop = await studio.page.evaluate(() => {
      const { ariaLabel, innerText, labels, role, localName } = document.activeElement;
      const title = document.activeElement.querySelector(':scope > title')?.textContent;
      return `${role ?? localName} ${title ?? ariaLabel ?? (labels?.[0]?.innerText || innerText).trim().split(/\s+/).slice(0, 2).join(' ')}`;
    });
    stops.push(stop);
    if (stop.startsWith('textbox')) await studio.leaveEditor();
    else await studio.press('Tab');
  } while (!stops.at(-1).startsWith('summary second'));
  const moves = (...states) => states.map((state) => `button ${state}`);
  assert.deepEqual(stops.map((stop) => (/^option \d .*:/.test(stop) ? 'the first event' : stop)), [
    'button Examples', 'button Open', 'button Save', 'button Share', 'textbox Saga definition', 'option 1 first',
    'button Run', 'button Pause', 'button Step', 'button Reset', 'select Speed 1', 'summary Simulated actions',
    'select If an', 'select Steps in', 'input first takes', 'select first goes', 'input second takes', 'select second goes',
    'button Zoom out', 'button Zoom in', 'button Fit', 'button Graph as SVG', 'button Graph as PNG', 'option first, pending, by did:mesh:copier, starts at once',
    'input did:mesh:copier 2', 'select Reason manual', 'select Substitute none', 'button Kill agent', 'group Still to', 'select If it', 'group Timeline of the steps', 'input Filter the log', 'the first event',
    'button Create saga', 'button Snapshot', ...moves('compensating', 'completed', 'failed', 'escalated'),
    'summary first did:mesh:copier', ...moves('executing', 'committed', 'compensating', 'compensated', 'compensation_failed', 'failed'), 'summary second did:mesh:copier',
  ]);
}));

/** The rules that colours and widths may break; what a page is made of is the same in all its looks. */
const OF_LOOKS = ['color-contrast', 'link-in-text-block', 'scrollable-region-focusable'];

export async function violations(page, rules) {
  // Evaluated from outside, since the page's own policy lets no foreign script in.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe);
  const { violations } = await page.evaluate((rules) => globalThis.axe.run(document, {
    resultTypes: ['violations'], iframes: false, preload: false, ...(rules && { runOnly: rules }),
  }), rules);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}

async function validDefinition(studio) {
  await studio.loadExample('Kubernetes release');
  await studio.verdict.getByText('Valid saga').waitFor();
  await studio.step('freeze-config').click();
}

/** With one of them explained. */
async function everyMistake(studio) {
  await studio.loadExample('Every mistake');
  await studio.verdict.getByText('This saga may not run').waitFor();
  if (studio.page.viewportSize().width < 1_000) return;
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

/** A saga under way, one of whose agents was killed, with one step handed over. */
async function kill(studio) {
  await studio.loadExample('Kubernetes release');
  await studio.verdict.getByText('Valid saga').waitFor();
  await studio.lifecycle.getByRole('button', { name: 'Create saga' }).click();
  for (const id of ['verify-image', 'integration-tests']) await studio.move(id, 'executing', 'committed');
  await studio.move('freeze-config', 'executing');
  await studio.kill('did:mesh:release-captain', { substitute: 'one that accepts' });
  await studio.move('migrate-database', 'executing');
  await studio.moves('migrate-database').getByRole('button', { name: 'compensated' }).focus();
  await studio.page.mouse.move(0, 0);
  await studio.lifecycle.evaluate((node) => node.scrollIntoView());
}

/** Midway: a step failed once, its agent was killed later, nobody took over, and the undos have begun. */
async function rollBack(studio) {
  await studio.loadExample('Kubernetes release');
  await studio.verdict.getByText('Valid saga').waitFor();
  const { text } = await studio.savedText();
  await studio.simulate(JSON.parse(text), { 'integration-tests': { fault: 'fails', seconds: 25 }, 'deploy-canary': { seconds: 40 } }, { name: 'saga.json' });
  await studio.run.getByText('Simulated actions').click();
  await studio.stepUntil('deploy-canary', 'executing');
  await studio.kill('did:mesh:cluster-operator', { reason: 'behavioral_drift', substitute: 'one that declines' });
  await studio.stepUntil('migrate-database', 'compensated');
  await studio.page.mouse.move(0, 0);
  await studio.run.evaluate((node) => node.scrollIntoView());
}

/** The same run, before the kill. */
async function lookBack(studio) {
  await rollBack(studio);
  await studio.log.getByRole('option').filter({ hasText: 'migrate-database' }).filter({ hasText: 'committed' }).click();
  await studio.page.getByRole('status').getByText('As it was after event').waitFor();
  await studio.page.mouse.move(0, 0);
  await studio.graph.evaluate((node) => node.scrollIntoView());
}

async function share(studio) {
  await studio.loadExample('Travel booking');
  await studio.page.getByRole('button', { name: 'Share' }).click();
  await studio.page.getByRole('textbox', { name: /The link is on the clipboard/ }).waitFor();
}

async function waitForOperator(studio) {
  await studio.simulate(definition('one', 'bad'), { one: { fault: 'cannot be undone' }, bad: { fault: 'fails' } }, { onUndoFailure: 'hold for an operator' });
  await studio.speed('no waiting');
  await studio.control('Run').click();
  await studio.progress.getByText('waits for an operator').waitFor();
}

async function cycle(studio) {
  const steps = definition({ id: 'a', depends_on: ['b'] }, { id: 'b', depends_on: ['a'] }, { id: 'left', depends_on: [] }, { id: 'right', depends_on: [] });
  await studio.open({ ...steps, fan_out: [{ branches: ['left', 'right'] }] });
  await studio.graph.getByRole('option', { name: /^a, waits for itself/ }).waitFor();
}

async function refuse(studio) {
  await (await studio.snapshotItem('Restore from pasted text')).click();
  await studio.page.keyboard.insertText('{"format":"sagaward.kill_switch","version":1}');
  await studio.lifecycle.getByRole('button', { name: 'Restore' }).click();
  await studio.lifecycle.getByRole('alert').getByText('bad_snapshot').waitFor();
}
