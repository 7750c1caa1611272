// The sagas of a journal, written by other processes, watched in the studio that the command line serves.
import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { directory, sagaward } from '../../js/cli/child.mjs';
import { actions, step } from '../../js/cli/sagas.mjs';
import { studio } from '../../js/cli/studio.mjs';
import { violations } from './layout.mjs';
import { keep, live, release, RELEASE, watchToTheEnd } from './looker.mjs';
import { onFreshPage } from './studio.mjs';

const IMAGES = fileURLToPath(new URL('../../../docs/images/', import.meta.url));

test('a run of another process is watched from its first step to its end', live(watchToTheEnd, { files: RELEASE }));

const KILLER = `
  import { KillSwitch } from '${import.meta.resolve('sagaward')}';
  export const killSwitch = new KillSwitch();
  killSwitch.registerAgent('did:ship', new AbortController());
  killSwitch.registerSubstitute('s', 'did:standby', () => true);
  export const execute = async ({ step_id, agent_did }, { signal }) => {
    if (step_id !== 'ship') return;
    if (agent_did === 'did:standby') return new Promise(() => {});
    setImmediate(() => killSwitch.kill({ agent_did, session_id: 's', reason: 'manual' }));
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
  };
  export const compensate = () => {};
`;

test('a kill is seen with its hand-off, and who has the step now', live(async (looker) => {
  const { studio } = looker;
  looker.run('release.json', '--actions', 'killer.mjs');
  await looker.row(/standby/).waitFor();
  await looker.watch('release-8');
  await looker.node('ship', 'executing.*by did:standby').waitFor();
  await studio.log.getByText('step_handed_off').waitFor();
  assert.ok((await studio.events()).some((event) => /step_handed_off: ship did:ship to did:standby/.test(event)), (await studio.events()).join('\n'));
  await studio.agent('did:ship').getByText('killed').waitFor();
  assert.match(await studio.timeline.locator('.lane').filter({ hasText: 'ship' }).textContent(), /killed/);
}, { files: { 'release.json': release('release-8', step('build'), step('ship')), 'killer.mjs': KILLER } }));

test('a run whose process is killed stands still, and goes on with the one that recovers it', live(async (looker) => {
  const { studio } = looker;
  const child = looker.run('release.json', '--actions', 'slow.mjs');
  await looker.row(/waits for ship/).waitFor();
  await looker.watch('release-9');
  child.kill('SIGKILL');
  await child.ended;
  await looker.node('ship', 'executing').waitFor();
  await sagaward(looker.t, looker.cwd, ['recover', 'journal', '--actions', 'well.mjs']).ended;
  await studio.lifecycle.getByText('outcome: succeeded').waitFor();
  await studio.log.getByText('attempt_lost').waitFor();
}, { files: { 'release.json': release('release-9', step('build'), step('ship')), 'slow.mjs': actions({ hang: ['ship'] }), 'well.mjs': actions() } }));

test('what was stays to be seen while the saga goes on', live(async (looker) => {
  const { studio, page } = looker;
  const gate = await looker.gate();
  looker.run('release.json', '--base-url', gate.url);
  await looker.row(/waits for build/).waitFor();
  await looker.watch('release-7');
  await looker.node('build', 'executing').waitFor();
  await studio.log.locator('.event').filter({ hasText: 'run_started' }).click();
  await page.getByText(/^As it was after event 2 of 3/).waitFor();
  gate.open('/build');
  await page.getByText(/^As it was after event 2 of 5/).waitFor();
  await looker.node('build', 'pending').waitFor();
  await page.getByRole('button', { name: 'Back to now' }).click();
  await looker.node('ship', 'executing').waitFor();
}, { files: RELEASE }));

test('what is watched is only looked at: nothing on the page moves it, and it says why', live(async (looker) => {
  const { studio } = looker;
  await keep(looker.folder, 1);
  await looker.watch('work-0');
  await studio.run.getByText('Another process runs the saga that is shown').waitFor();
  for (const name of ['Run', 'Pause', 'Step', 'Reset']) assert.equal(await studio.control(name).getAttribute('aria-disabled'), 'true', name);
  const files = () => readdirSync(looker.folder).map((name) => readFileSync(join(looker.folder, name), 'utf8'));
  const before = files();
  // It is said to be disabled, and can be pressed all the same.
  for (const button of [studio.control('Run'), studio.control('Step')]) await button.dispatchEvent('click');
  assert.equal(await studio.killSwitch.getByRole('button').count(), 0);
  assert.equal(await studio.lifecycle.getByRole('group', { name: /^Moves/ }).count(), 0);
  assert.equal((await studio.diagram().locator('[aria-current]').textContent()).trim(), 'running');
  assert.equal(await studio.lifecycle.getByRole('button', { name: 'Create saga' }).getAttribute('aria-disabled'), 'true');
  await looker.node('build', 'executing').waitFor();
  assert.deepEqual(files(), before);
  assert.equal(await studio.editor.isVisible(), false);

  await looker.region.getByRole('button', { name: 'Close' }).click();
  await studio.editor.waitFor();
  assert.equal(await studio.control('Run').getAttribute('aria-disabled'), null);
  assert.equal(await studio.log.locator('.event').count(), 0);
}));

test('opening a definition takes the place of what was watched', live(async (looker) => {
  await keep(looker.folder, 1);
  await looker.watch('work-0');
  await looker.studio.loadExample('Kubernetes release');
  await looker.studio.editor.waitFor();
  assert.equal(await looker.region.getByRole('button', { name: 'Close' }).count(), 0);
}));

const MANY = process.env.SAGAWARD_LONG ? 5_000 : 1_000;

test(`${MANY} sagas are listed, filtered and walked through without one that is out of sight`, live(async (looker) => {
  const { page, region, list, filter } = looker;
  await keep(looker.folder, MANY);
  const all = MANY.toLocaleString('en');
  await region.getByText(`${all} sagas`, { exact: true }).waitFor();
  const drawn = () => list.getByRole('option').count();
  assert.ok((await drawn()) < 30, `${await drawn()} rows`);
  assert.match(await list.getByRole('option').first().innerText(), new RegExp(`work-${MANY - 1}`));

  await list.focus();
  await page.keyboard.press('End');
  await looker.row(/work-0 /).waitFor();
  assert.equal(await list.getAttribute('aria-activedescendant'), await looker.row(/work-0 /).getAttribute('id'));
  assert.ok((await drawn()) < 30, `${await drawn()} rows`);

  const frames = await page.evaluate(async () => {
    const box = document.querySelector('[role=listbox][aria-label=Sagas]');
    const lengths = [];
    for (let at = 0; at < 40; at += 1) {
      const begun = performance.now();
      box.scrollTop = (box.scrollHeight * ((at * 7) % 40)) / 40;
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      lengths.push(performance.now() - begun);
    }
    return lengths.sort((a, b) => a - b);
  });
  // The best: other work on the machine only ever adds.
  assert.ok(frames[0] < 50, frames.map(Math.round).join(' '));

  await filter.fill('WORK-12 did:build');
  await region.getByText(new RegExp(`^\\d+ of ${all} sagas$`)).waitFor();
  const found = [...Array(MANY).keys()].filter((at) => String(at).startsWith('12') && at % 2 === 0);
  await region.getByText(`${found.length} of ${all} sagas`).waitFor();
  assert.match(await list.getByRole('option').first().innerText(), new RegExp(`work-${found.at(-1)}`));
  await filter.fill('');
  await region.getByRole('combobox').selectOption('succeeded');
  await region.getByText(`0 of ${all} sagas`).waitFor();
  await region.getByRole('combobox').selectOption('all');

  await keep(looker.folder, 1, MANY);
  await region.getByText(`${(MANY + 1).toLocaleString('en')} sagas`, { exact: true }).waitFor();
}));

test('a damaged file is a row that says so; mended it is a saga again', live(async (looker) => {
  const { studio } = looker;
  await keep(looker.folder, 1);
  await looker.watch('work-0');
  const path = join(looker.folder, readdirSync(looker.folder).find((name) => name.endsWith('.jsonl')));
  const good = readFileSync(path, 'utf8');
  writeFileSync(path, good.replace('"seq":1', '"seq":8'));
  await looker.row(/unreadable .*:1: this is not what was written/).waitFor();
  await looker.region.locator('.live-watched').getByText(':1: this is not what was written').waitFor();
  writeFileSync(path, good);
  await looker.row(/running work-0/).waitFor();
  await looker.region.locator('.live-watched[data-standing="live"]').waitFor();
  appendFileSync(path, good.slice(0, 20));
  await keep(looker.folder, 1, 1);
  await looker.row(/work-1/).waitFor();
  await looker.row(/running work-0/).waitFor();
  await looker.node('build', 'executing').waitFor();
}));

const LOST = [/Failed to load resource/, /net::ERR/, /ERR_CONNECTION_REFUSED/];

test('a connection that is lost is sought again, and the page says so', live(async (looker) => {
  const { page, connection } = looker;
  await keep(looker.folder, 1);
  await page.route('**/live/**', (route) => route.abort());
  await page.reload();
  await connection.getByText('The server does not answer. Trying again…').waitFor();
  await page.unroute('**/live/**');
  await connection.getByText('connected').waitFor();
  await looker.row(/work-0/).waitFor();
}, { expected: LOST }));

test('a server that has ended is missed; a new one is opened by its own address', live(async (looker) => {
  const { server, connection, page } = looker;
  await keep(looker.folder, 1);
  await looker.watch('work-0');
  server.child.kill('SIGKILL');
  await connection.getByText('The server does not answer. Trying again…').waitFor();
  await looker.node('build', 'executing').waitFor();
  const other = await studio(looker.t, looker.cwd, ['--journal', 'journal', '--port', String(server.port)]);
  await connection.getByText('The token is not the one of this server: open the address that it printed. Trying again…').waitFor();
  await page.goto(other.address);
  await connection.getByText('connected').waitFor();
  await looker.row(/work-0/).waitFor();
}, { expected: LOST }));

test('without a token there is nothing live on the page', onFreshPage(async (studio) => {
  await studio.editor.waitFor();
  assert.equal(await studio.live.count(), 0);
}));

test('a token beside other things in the fragment is found, and sent nowhere but in a header', async (t) => {
  const cwd = directory(t, { 'journal/notes.txt': '' });
  const server = await studio(t, cwd, ['--journal', 'journal']);
  await onFreshPage(async ({ page, live: region }) => {
    const asked = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.reload();
    await region.getByText('connected').waitFor();
    assert.ok(asked.length > 3);
    for (const url of asked) assert.equal(url.replace(/#.*/, '').includes(server.token), false, url);
  }, { at: `${server.origin}/#theme=calm&live=${server.token}` })();
});

test('by keys alone: to the list, along it, into a saga and out again', live(async (looker) => {
  const { page, list, studio } = looker;
  await keep(looker.folder, 30);
  await looker.region.getByText('30 sagas', { exact: true }).waitFor();
  await looker.filter.focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  assert.equal(await list.evaluate((box) => box === document.activeElement), true);
  const active = () => list.evaluate((box) => document.getElementById(box.getAttribute('aria-activedescendant') ?? '')?.querySelector('b').textContent);
  for (const [key, expected] of [['Home', 'work-29'], ['ArrowDown', 'work-28'], ['ArrowUp', 'work-29'], ['ArrowUp', 'work-29'], ['End', 'work-0'], ['ArrowDown', 'work-0'], ['Home', 'work-29'], ['PageDown', /^work-2[2-6]$/]]) {
    await page.keyboard.press(key);
    await studio.drawn();
    assert.match(await active(), expected instanceof RegExp ? expected : new RegExp(`^${expected}$`), key);
  }
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await studio.lifecycle.getByText('work-29', { exact: true }).first().waitFor();
  assert.equal(await list.getByRole('option', { selected: true }).locator('b').textContent(), 'work-29');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await studio.editor.waitFor();
}));

const looks = {
  light: { viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
  dark: { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' },
  narrow: { viewport: { width: 360, height: 780 }, colorScheme: 'dark' },
  forced: { viewport: { width: 1440, height: 900 }, forcedColors: 'active' },
};

const AGENTS = { build: 'did:mesh:builder', test: 'did:mesh:tester', ship: 'did:mesh:shipper' };

/** One of each kind: at work, ended each way, waiting for a retry and for an operator, and a file that cannot be read. */
async function everyKind(looker) {
  const plan = [
    ['release-41', {}, undefined],
    ['release-42', { fail: ['ship'] }, undefined],
    ['release-43', { fail: ['ship'], failUndo: ['build'] }, undefined],
    ['release-44', { fail: ['ship'], failUndo: ['test'] }, /undo failed for good/, `export const onUndoFailure = 'hold';`],
    ['release-45', { fail: ['test'] }, /the next in/, `export const retry = { delayMs: 3_600_000 };`, { retries: 1 }],
    ['release-46', { hang: ['ship'] }, /ship: attempt 1/],
  ];
  for (const [id, does, until, more = '', each = {}] of plan) {
    writeFileSync(join(looker.cwd, `${id}.json`), JSON.stringify({ ...release(id, ...Object.entries(AGENTS).map(([name, agent]) => step(name, { agent, ...each }))), name: 'checkout' }));
    writeFileSync(join(looker.cwd, `${id}.mjs`), actions(does, more));
    const child = looker.run(`${id}.json`, '--actions', `${id}.mjs`);
    if (until) await child.says(until);
    else await child.ended;
  }
  writeFileSync(join(looker.folder, `${'0'.repeat(64)}.jsonl`), 'nothing that a journal writes\n');
  await looker.region.getByText('7 sagas', { exact: true }).waitFor();
  await looker.watch('release-46');
  await looker.node('ship', 'executing').waitFor();
}

test('every kind of saga: accessible, and as wide as the window, in each look', live(async (looker) => {
  const { page, studio } = looker;
  await everyKind(looker);
  for (const words of [
    /unreadable/, /running release-46 checkout .*waits for ship .*at work: shipper/, /running release-45 .*waits for retry of test in /, /compensating release-44 .*waits for an operator for test/,
    /escalated release-43/, /rolled back release-42 .*step 'ship' failed: no ship/, /succeeded release-41/,
  ]) await looker.row(words).first().waitFor();
  for (const [name, look] of Object.entries(looks)) {
    await studio.look(look);
    assert.deepEqual(await violations(page), [], name);
    const { scrollWidth, clientWidth } = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return { scrollWidth, clientWidth };
    });
    assert.ok(scrollWidth <= clientWidth, `${name}: ${scrollWidth} px in a window of ${clientWidth} px`);
    if (process.env.UPDATE_IMAGES === '1' && name !== 'forced') {
      await page.mouse.move(0, 0);
      await page.screenshot({ path: `${IMAGES}live-${name}.png` });
    }
  }
}));
