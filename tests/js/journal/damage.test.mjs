// A file that was cut, changed or mixed up is read as it was, up to a whole append, or refused with its place.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { recoverAll, Saga } from 'sagaward';
import { FileJournal } from 'sagaward/node';
import { all, moved } from './sagas.mjs';

const folder = mkdtempSync(join(tmpdir(), 'damage-'));
after(() => rmSync(folder, { recursive: true }));
let directories = 0;
const fresh = () => join(folder, String(directories++));
const open = (directory) => new FileJournal(directory, { fsync: false });
const fileOf = (directory, sagaId = 'saga:1') => join(directory, `${createHash('sha256').update(sagaId).digest('hex')}.jsonl`);

const events = moved('saga:1', 'executing', 'committed', 'compensating', 'compensated').log();
/** The number of the last event of each append. */
const APPENDS = [1, 2, 4, 5];

/** A journal of the events up to number `last`, and its file. */
async function written(last = events.length) {
  const directory = fresh();
  const journal = open(directory);
  let from = 0;
  for (const to of APPENDS.filter((end) => end <= last)) {
    await journal.append('saga:1', events.slice(from, to), from);
    from = to;
  }
  return { directory, file: fileOf(directory), bytes: readFileSync(fileOf(directory)) };
}
const { directory: shared, file, bytes: whole } = await written();
const lines = whole.toString().split('\n').slice(0, -1);

/** How many events are read from these bytes, or the line of the fault. */
async function outcome(bytes) {
  writeFileSync(file, bytes);
  try {
    const read = await all(open(shared).read('saga:1'));
    assert.deepEqual(read, events.slice(0, read.length), 'what is read was written');
    assert.ok([0, ...APPENDS].includes(read.length), `${read.length} events are whole appends`);
    return { count: read.length };
  } catch (error) {
    if (error.code !== 'corrupt_journal') throw error;
    assert.ok(error.message.startsWith(`${file}:`), error.message);
    return { line: Number(/\.jsonl:(\d+): /.exec(error.message)[1]) };
  }
}
/** How many events are in whole appends before this byte. */
const keptBefore = (at) => {
  const linesBefore = whole.subarray(0, at).filter((byte) => byte === 10).length;
  return APPENDS.findLast((end) => end <= linesBefore) ?? 0;
};

test('a log cut at any byte is whole up to an append, and goes on from there', async () => {
  const seen = new Set();
  const knew = open(shared);
  for (let length = 0; length <= whole.length; length += 1) {
    const { count } = await outcome(whole.subarray(0, length));
    seen.add(count);
    const next = events[count] ?? { ...events[4], seq: 6 };
    // Two who found it so, and one who has known the file since before, where it was longer.
    const results = await Promise.allSettled([open(shared), open(shared), knew].map((journal) => journal.append('saga:1', [next], count)));
    assert.deepEqual(results.map(({ status, reason }) => reason?.code ?? status).toSorted(), ['fulfilled', 'journal_conflict', 'journal_conflict'], `after ${length} bytes`);
    assert.deepEqual(await all(open(shared).read('saga:1')), [...events.slice(0, count), next], `after ${length} bytes`);
  }
  assert.deepEqual([...seen].toSorted(), [0, ...APPENDS]);
});

// Each byte in the long tests.
const STRIDE = process.env.SAGAWARD_LONG ? 1 : 7;
/** What may happen to each byte of a file: from its offset, the bytes then. */
const damages = {
  'lost a bit': (at) => Buffer.concat([whole.subarray(0, at), Buffer.from([whole[at] ^ 1]), whole.subarray(at + 1)]),
  'became a line feed': (at) => Buffer.concat([whole.subarray(0, at), Buffer.from('\n'), whole.subarray(at + 1)]),
  'is missing': (at) => Buffer.concat([whole.subarray(0, at), whole.subarray(at + 1)]),
  'is there twice': (at) => Buffer.concat([whole.subarray(0, at + 1), whole.subarray(at)]),
  'and all behind it are zero, in a file of the same length': (at) => Buffer.concat([whole.subarray(0, at), Buffer.alloc(whole.length - at)]),
  'and all before it are zero': (at) => Buffer.concat([Buffer.alloc(at), whole.subarray(at)]),
  'and the next 511 are zero': (at) => Buffer.concat([whole.subarray(0, at), Buffer.alloc(Math.min(512, whole.length - at)), whole.subarray(at + 512)]),
  'and the next 99 stood elsewhere': (at) => Buffer.concat([whole.subarray(0, at), whole.subarray(at + 100), whole.subarray(at, at + 100)]),
};

for (const [what, damage] of Object.entries(damages)) {
  test(`a byte ${what}: what is read was written, or the place is named`, async () => {
    let refused = 0;
    for (const at of [...Array(whole.length).keys()].filter((at) => at % STRIDE === 0 || at === whole.length - 1)) {
      const bytes = damage(at);
      if (bytes.equals(whole)) continue;
      const { count, line } = await outcome(bytes);
      if (line === undefined) assert.ok(count >= keptBefore(at), `${count} events, byte ${at}`);
      else refused += 1;
    }
    assert.ok(refused > 0);
  });
}

/** Lines in another order: the line of the fault, or how many events are read */
const mixed = {
  'the first is missing': [(all) => all.slice(1), { line: 1 }],
  'one in the middle is missing': [(all) => all.toSpliced(1, 1), { line: 2 }],
  'the first of an append of two is missing': [(all) => all.toSpliced(2, 1), { line: 3 }],
  'two are swapped': [(all) => [all[0], all[2], all[1], ...all.slice(3)], { line: 2 }],
  'one is empty': [(all) => all.toSpliced(2, 0, ''), { line: 3 }],
  'one is a person\'s': [(all) => all.toSpliced(2, 0, '# looked at'), { line: 3 }],
  'one was edited': [(all) => all.with(1, all[1].replace('executing', 'committed')), { line: 2 }],
  // Harmless: only the first that follows another counts.
  'one is there twice': [(all) => all.toSpliced(1, 0, all[1]), { count: 5 }],
  'all are there twice': [(all) => [...all, ...all], { count: 5 }],
  'the last append is missing': [(all) => all.slice(0, -1), { count: 4 }],
  'the second of an append of two is missing, as the rest': [(all) => all.slice(0, 3), { count: 2 }],
};

for (const [what, [mix, expected]] of Object.entries(mixed)) {
  test(`of the lines ${what}`, async () => {
    assert.deepEqual(await outcome(`${mix(lines).join('\n')}\n`), expected);
  });
}

test('what a writer adds who slept while others wrote does not count', async () => {
  const late = (from, to) => events.slice(from, to).map((event) => ({ ...event, at: '2002-01-01T00:00:00.000Z' }));
  for (const [slept, from, to] of [[1, 1, 2], [2, 2, 4], [2, 2, 5], [4, 4, 5]]) {
    const { directory, bytes } = await written(slept);
    await open(directory).append('saga:1', late(from, to), from);
    const stray = readFileSync(fileOf(directory)).subarray(bytes.length);
    assert.deepEqual(await outcome(Buffer.concat([whole, stray])), { count: 5 });
    const journal = open(shared);
    await journal.append('saga:1', [{ ...events[4], seq: 6 }], 5);
    assert.equal((await all(open(shared).read('saga:1'))).length, 6);
  }
});

test('a damaged file is left as it is, and nothing is added', async () => {
  const bytes = lines.toSpliced(1, 1).join('\n');
  writeFileSync(file, bytes);
  const snapshot = moved('saga:1').snapshot();
  for (const work of [(journal) => journal.append('saga:1', events.slice(2), 2), (journal) => journal.compact('saga:1', snapshot)]) {
    await assert.rejects(work(open(shared)), { code: 'corrupt_journal' });
  }
  assert.equal(readFileSync(file, 'utf8'), bytes);
  assert.equal(readdirSync(shared).length, 1);
});

test('a file under another saga\'s name is refused', async () => {
  writeFileSync(file, whole);
  const other = fileOf(shared, 'saga:2');
  renameSync(file, other);
  await assert.rejects(all(open(shared).read('saga:2')), { code: 'corrupt_journal', message: /saga 'saga:1', not 'saga:2'/ });
  await assert.rejects(all(open(shared).list()), { code: 'corrupt_journal' });
  rmSync(other);
});

test('one damaged file keeps nobody from the others', async () => {
  const directory = fresh();
  const journal = open(directory);
  for (const id of ['one', 'two', 'three', 'four']) await journal.append(id, moved(id).log(), 0);
  for (const id of ['two', 'three']) writeFileSync(fileOf(directory, id), 'no journal\n');
  const recovered = [];
  const collect = async () => {
    for await (const run of recoverAll(open(directory), { execute: () => {}, compensate: () => {} })) recovered.push((await run).saga.sagaId);
  };
  await assert.rejects(collect(), ({ code, message }) => code === 'corrupt_journal' && ['two', 'three'].every((id) => message.includes(`${fileOf(directory, id)}:1`)));
  assert.deepEqual(recovered.toSorted(), ['four', 'one']);
});

test('files that are none of the journal\'s are no sagas', async () => {
  const directory = fresh();
  await open(directory).append('saga:1', events, 0);
  for (const name of ['notes.txt', `${'0'.repeat(64)}.next`, 'x.jsonl']) writeFileSync(join(directory, name), 'no journal\n');
  assert.deepEqual(await all(open(directory).list()), ['saga:1']);
  assert.equal(Saga.replay(await all(open(directory).read('saga:1'))).seq, 5);
});
