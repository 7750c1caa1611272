// The journals that live in Node keep the contract of all journals.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { MemoryJournal } from 'sagaward';
import { FileJournal } from 'sagaward/node';
import { cases } from './contract.mjs';

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
