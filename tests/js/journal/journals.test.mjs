// The journals that live in Node keep the contract of all journals.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { MemoryJournal } from 'sagaward';
import { FileJournal } from 'sagaward/node';
import { cases } from './contract.mjs';
import { moved } from './sagas.mjs';

const folder = mkdtempSync(join(tmpdir(), 'journals-'));
after(() => rmSync(folder, { recursive: true }));

const journals = {
  MemoryJournal: () => {
    const journal = new MemoryJournal();
    return { journal, again: () => journal };
  },
  FileJournal: (name) => {
    const directory = join(folder, 'below', encodeURIComponent(name).slice(0, 200));
    return { journal: new FileJournal(directory), again: () => new FileJournal(directory) };
  },
  'FileJournal without fsync': (name) => {
    const directory = join(folder, 'unsynced', encodeURIComponent(name).slice(0, 200));
    return { journal: new FileJournal(directory, { fsync: false }), again: () => new FileJournal(directory, { fsync: false }) };
  },
};

for (const [journal, make] of Object.entries(journals)) {
  for (const [name, keep] of Object.entries(cases)) test(`${journal}: ${name}`, () => keep(() => make(name)));
}

test('FileJournal: files are named by a hash, and are for their user alone', async () => {
  const umask = process.umask(0);
  try {
    const directory = join(folder, 'private');
    const journal = new FileJournal(directory);
    const saga = moved('../saga:1', 'executing');
    await journal.append('../saga:1', saga.log(), 0);
    const modes = () => [directory, ...readdirSync(directory).map((name) => join(directory, name))].map((path) => (statSync(path).mode & 0o777).toString(8));
    assert.deepEqual(readdirSync(directory), [`${createHash('sha256').update('../saga:1').digest('hex')}.jsonl`]);
    assert.deepEqual(modes(), ['700', '600']);
    await journal.compact('../saga:1', saga.snapshot());
    assert.deepEqual(modes(), ['700', '600']);
  } finally {
    process.umask(umask);
  }
});
