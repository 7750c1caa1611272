// Keeping the events of runs in files, beside the least that anybody would do who keeps them: the same lines appended
// by the same system calls, synced as often. Neither keeps files open between appends, for there may be any number of sagas.
import assert from 'node:assert/strict';
import { fdatasync as fdatasyncCallback, mkdtempSync, openSync, closeSync, readFileSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { run, Saga } from 'sagaward';
import { FileJournal } from 'sagaward/node';
import { median, prepared } from './measure.mjs';
import { names } from './peers.mjs';

const fdatasync = promisify(fdatasyncCallback);
const BARE = 'bare fs, the same lines and syncs';

/** The events of a run, as often as it appends them. */
async function appendsOf(steps) {
  const definition = {
    name: 'Nightly',
    session_id: 'session:nightly',
    steps: Array.from({ length: steps }, (_, i) => ({ id: `step-${i}`, action_id: 'data.extract', agent: 'did:mesh:worker', undo_api: '/undo' })),
  };
  const appends = [];
  const journal = { append: (_, events) => void appends.push(structuredClone(events)), read: () => [], list: () => [] };
  const { saga } = await run(Saga.fromDefinition(definition, { saga_id: 'saga:0' }), { journal, execute: () => ({ image: 'sha256:1' }), compensate() {} });
  saga.free();
  return appends;
}

const short = await appendsOf(10);
const long = await appendsOf(100);
const eventsIn = (appends) => appends.flat().length;
const folder = () => mkdtempSync(join(tmpdir(), 'bench-'));

/** The appends of the saga with this number; all of them are as long. */
function appendsFor(number, [[created, ...first], ...appends]) {
  const sagaId = `saga:${String(number).padStart(3, '0')}`;
  return { sagaId, appends: [[{ ...created, saga_id: sagaId }, ...first], ...appends] };
}

async function keep(directory, fsync, sagas, all) {
  const journal = new FileJournal(directory, { fsync });
  await Promise.all(Array.from({ length: sagas }, async (_, i) => {
    const { sagaId, appends } = appendsFor(i, all);
    let seq = 0;
    for (const events of appends) {
      await journal.append(sagaId, events, seq);
      seq = events.at(-1).seq;
    }
  }));
}

/** As long as a line of the journal. */
const rest = ',"chain":"00000000 00000000 0 00000000"}\n';

async function keepBare(directory, fsync, sagas, all) {
  await Promise.all(Array.from({ length: sagas }, async (_, i) => {
    const { appends } = appendsFor(i, all);
    const path = join(directory, `${i}.jsonl`);
    for (const events of appends) {
      const descriptor = openSync(path, 'a', 0o600);
      writeSync(descriptor, events.map((event) => JSON.stringify(event).slice(0, -1) + rest).join(''));
      if (fsync) await fdatasync(descriptor);
      closeSync(descriptor);
      // Others are not to wait for all of it.
      await undefined;
    }
  }));
  if (!fsync) return;
  const descriptor = openSync(directory, 'r');
  await fdatasync(descriptor);
  closeSync(descriptor);
}

const kept = (fsync, sagas, appends) => ({
  name: `${fsync ? 'synced' : 'not synced'}, ${sagas} ${sagas === 1 ? 'saga' : 'sagas at a time'}`,
  measure: () => prepared(Object.fromEntries(Object.entries({ [names.sagaward]: keep, [BARE]: keepBare }).map(([name, work]) => [name, {
    prepare: folder,
    work: (directory) => work(directory, fsync, sagas, appends),
    release: (directory) => rmSync(directory, { recursive: true }),
    units: sagas * eventsIn(appends),
  }]))),
  async check() {
    const [ours, bare] = [folder(), folder()];
    await keep(ours, fsync, sagas, appends);
    await keepBare(bare, fsync, sagas, appends);
    const sizes = (directory) => readdirSync(directory).map((name) => readFileSync(join(directory, name)).length);
    assert.deepEqual(sizes(ours).toSorted(), sizes(bare).toSorted());
    for await (const sagaId of new FileJournal(ours).list()) assert.equal((await replayed(new FileJournal(ours), sagaId)).outcome, 'succeeded');
    for (const directory of [ours, bare]) rmSync(directory, { recursive: true });
  },
});

async function replayed(journal, sagaId) {
  const events = [];
  for await (const event of journal.read(sagaId)) events.push(event);
  return Saga.replay(events);
}

const FOLDED = 1_000_000;

/** So many events, read and folded saga by saga, beside lines that are only parsed. */
async function folded() {
  const appends = [(await appendsOf(500)).flat()];
  const events = eventsIn(appends);
  const directory = folder();
  await keep(directory, false, 1, appends);
  const [file] = readdirSync(directory);
  const times = Math.ceil(FOLDED / events);
  const work = {
    async [names.sagaward]() {
      const journal = new FileJournal(directory);
      for (let i = 0; i < times; i += 1) (await replayed(journal, 'saga:000')).free();
    },
    [BARE]() {
      for (let i = 0; i < times; i += 1) readFileSync(join(directory, file), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line));
    },
  };
  const results = {};
  for (const [name, candidate] of Object.entries(work)) {
    const samples = [];
    for (let round = 0; round < 3; round += 1) {
      const start = performance.now();
      await candidate();
      samples.push((performance.now() - start) / (times * events));
    }
    results[name] = median(samples);
  }
  rmSync(directory, { recursive: true });
  return results;
}

export const title = 'A journal of files: events in a second';
export const perSecond = true;
export const rows = [
  kept(true, 1, long),
  kept(true, 100, short),
  kept(false, 1, long),
  kept(false, 100, short),
  { name: '1,000,000 events read and folded; bare: read and parsed', measure: folded },
];
