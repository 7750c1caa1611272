// A file that was cut, changed or mixed up is read as it was, up to a whole append, or refused with its place.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { recoverAll } from 'sagaward';
import { FileJournal } from 'sagaward/node';
import { all, moved } from './sagas.mjs';

const folder = mkdtempSync(join(tmpdir(), 'damage-'));
after(() => rmSync(folder, { recursive: true }));
let folders = 0;
const fresh = () => join(folder, String(folders++));
const open = (directory) => new FileJournal(directory, { fsync: false });
const fileOf = (directory, sagaId = 'saga:1') => join(directory, `${createHash('sha256').update(sagaId).digest('hex')}.jsonl`);

const events = moved('saga:1', 'executing', 'committed', 'compensating', 'compensated').log();
/** The ends of the appends. */
const APPENDS = [1, 2, 4, 5];

async function written(directory, appends = APPENDS) {
  const journal = open(directory);
  let from = 0;
  for (const to of appends) {
    await journal.append('saga:1', events.slice(from, to), from);
    from = to;
  }
  return fileOf(directory);
}

/** The lines that a writer leaves who did not know of what others wrote behind event `seq`. */
async function strayLines(seq, ...later) {
  const directory = fresh();
  const file = await written(directory, APPENDS.filter((end) => end <= seq));
  const before = readFileSync(file).length;
  await open(directory).append('saga:1', later, seq);
  return readFileSync(file).subarray(before);
}
const late = (event) => ({ ...event, at: '2002-01-01T00:00:00.000Z' });

/** What is read from these bytes: how many events, or the place of the fault. */
async function outcome(bytes) {
  const directory = fresh();
  const journal = open(directory);
  await journal.append('saga:1', events.slice(0, 1), 0);
  const file = fileOf(directory);
  writeFileSync(file, bytes);
  try {
    const read = await all(open(directory).read('saga:1'));
    assert.deepEqual(read, events.slice(0, read.length));
    return { directory, file, count: read.length };
  } catch (error) {
    assert.equal(error.code, 'corrupt_journal', error.stack);
    assert.match(error.message, /\.jsonl:\d+: /);
    return { directory, file, line: Number(/\.jsonl:(\d+)/.exec(error.message)[1]) };
  } finally {
    if (bytes.length > 0) folders -= 0;
  }
}

test('a log cut at any byte is whole up to an append, and goes on from there', async () => {
  const bytes = readFileSync(await written(fresh()));
  const seen = new Set();
  for (let length = 0; length <= bytes.length; length += 1) {
    const { directory, file, count } = await outcome(bytes.subarray(0, length));
    assert.ok([0, ...APPENDS].includes(count), `${count} events of ${length} bytes`);
    seen.add(count);
    // Two that go on at a time, and one that knew the file before.
    const [one, other] = [open(directory), open(directory)];
    const results = await Promise.allSettled([one, other].map((journal) => journal.append('saga:1', events.slice(count, count + 1), count).catch((error) => assert.fail(error.code))));
    if (count < events.length) assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1, `after ${length} bytes`);
    const read = await all(open(directory).read('saga:1'));
    assert.deepEqual(read, events.slice(0, Math.min(count + 1, events.length)), readFileSync(file, 'utf8'));
    rmSync(directory, { recursive: true });
  }
  assert.deepEqual([...seen].toSorted(), [0, ...APPENDS]);
});
