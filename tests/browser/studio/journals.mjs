// Sagas that come as files: snapshots and logs, opened by the same button and by drop.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { run, Saga } from 'sagaward';
import { FileJournal } from 'sagaward/node';

import { definition } from './definitions.mjs';
import { onPage } from './studio.mjs';

const steps = definition('one', 'two', 'three');
const graph = (studio, words) => studio.graph.getByRole('option', { name: words }).waitFor();

/** The file of a journal in which `three` was begun, and its process died. */
async function journalFile({ compact = false } = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'studio-'));
  try {
    const journal = new FileJournal(directory, { fsync: false });
    const saga = Saga.fromDefinition(steps, { saga_id: 'saga:kept' });
    let begun;
    const waits = new Promise((resolve) => (begun = resolve));
    const running = run(saga, {
      journal,
      execute: ({ step_id }, { signal }) => (step_id === 'three' ? (begun(), new Promise((_, reject) => signal.addEventListener('abort', reject))) : { done: step_id }),
      compensate() {},
    });
    running.then(undefined, () => {});
    await waits;
    const snapshot = saga.snapshot();
    await running.detach();
    if (compact) await journal.compact('saga:kept', snapshot);
    const [name] = readdirSync(directory);
    return readFileSync(join(directory, name));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

for (const compact of [false, true]) {
  test(`a journal's file${compact ? ' that was compacted' : ''} is opened, travelled, and its run goes on`, onPage(async (studio) => {
    await studio.openFile(await journalFile({ compact }), 'kept.jsonl');
    await graph(studio, /^three, executing/);
    await studio.lifecycle.getByText('saga:kept').waitFor();
    if (!compact) {
      await studio.log.getByRole('option').filter({ hasText: 'step_transitioned' }).first().click();
      assert.deepEqual(await studio.states(), { one: 'committed', two: 'pending', three: 'pending' });
    }
    await studio.run.getByText('goes on with the saga that was opened').waitFor();
    await studio.runUntil('succeeded');
    assert.deepEqual(await studio.states(), { one: 'committed', two: 'committed', three: 'committed' });
    await studio.log.getByText('run_recovered').waitFor();
  }));
}

test('a snapshot is opened by the same button, and its run goes on', onPage(async (studio) => {
  await studio.simulate(steps);
  for (const _ of [1, 2]) await studio.control('Step').click();
  await studio.standing('two').getByText('executing').waitFor();
  const { text } = await studio.saved(await studio.snapshotItem('Keep as a file'));
  await studio.control('Reset').click();
  await studio.openFile(text, 'mine.json');
  await studio.standing('two').getByText('executing').waitFor();
  await studio.runUntil('succeeded');
  // Another definition is another run.
  await studio.simulate(definition('other'));
  await studio.runUntil('succeeded');
  assert.deepEqual(await studio.states(), { other: 'committed' });
}));

test('a log that was kept is opened again', onPage(async (studio) => {
  await studio.simulate(definition('one', 'two'), { two: { fault: 'fails' } });
  await studio.runUntil('rolled_back');
  const [events, { name, text }] = [await studio.events(), await studio.saved(await studio.snapshotItem('Keep the log as a file'))];
  await studio.control('Reset').click();
  await studio.openFile(text, name);
  await graph(studio, /^one, compensated/);
  assert.deepEqual(await studio.events(), events);
}));

test('the kills of a log that was kept are told, as they were at each event', onPage(async (studio) => {
  const agent = 'did:mesh:copier';
  await studio.simulate(definition('one', 'two'));
  await studio.control('Step').click();
  await studio.standing('one').getByText('executing').waitFor();
  await studio.kill(agent, { substitute: 'one that accepts' });
  await studio.runUntil('succeeded');
  const { name, text } = await studio.saved(await studio.snapshotItem('Keep the log as a file'));
  await studio.control('Reset').click();
  await studio.openFile(text, name);
  const kills = () => studio.records.allTextContents();
  await studio.records.first().waitFor();
  assert.match((await kills()).join(), new RegExp(`^${agent}.*one handed_offdid:mesh:standby-1two handed_off`));
  await studio.event((await studio.events()).findIndex((event) => event.includes('step_handed_off'))).click();
  assert.doesNotMatch((await kills()).join(), /handed_off/);
}));

const lines = (file) => file.toString().split('\n');
for (const [what, damage, reason] of [
  ['in which a letter was changed', (file) => lines(file).with(2, lines(file)[2].replace('one', 'two')).join('\n'), 'line 3: this is not what was written'],
  ['in which a line is missing', (file) => lines(file).toSpliced(4, 1).join('\n'), 'line 5: event 6 cannot follow event 3: lines are missing'],
  ['that holds something else', () => 'something else\n', 'line 1: '],
  ['of impossible events', (file) => `${lines(file)[0].replace(/,"chain".*/, '}')}\n{"seq":2,"at":"2026-01-01T00:00:00.000Z","type":"step_transitioned","step_id":"nobody","to":"committed"}\n`, 'nobody'],
  ['without events', () => '\n', 'it holds no event'],
]) {
  test(`a journal's file ${what} is refused with the place, and what there was stays`, onPage(async (studio) => {
    await studio.create(definition('mine'));
    await studio.openFile(damage(await journalFile()), 'bad.jsonl');
    await studio.page.getByRole('alert').getByText('bad.jsonl was not opened: ').getByText(reason).waitFor();
    await studio.page.getByRole('button', { name: 'Dismiss' }).click();
    assert.deepEqual(await studio.states(), { mine: 'pending' });
  }));
}

test('a line that nobody finished, and one that came second, do not count', onPage(async (studio) => {
  const file = await journalFile();
  const second = lines(file)[3].replace(/"at":"[^"]*"/, '"at":"2026-01-01T00:00:00.000Z"');
  await studio.openFile(`${file}${second.slice(0, 40)} -- torn\n{"seq":99,"ty`, 'torn.jsonl');
  await graph(studio, /^three, executing/);
}));
