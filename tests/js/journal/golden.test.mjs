// The journals of every release fold for ever: a file that a user has means what it meant.
// tests/fixtures/journals/ is never written anew, only added to (write_golden.mjs): a failure here is a fault of the code.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { recover, Saga } from 'sagaward';
import { FileJournal } from 'sagaward/node';
import { fileName, stateOf } from './golden.mjs';
import { all } from './sagas.mjs';

const folder = mkdtempSync(join(tmpdir(), 'golden-'));
after(() => rmSync(folder, { recursive: true }));
const fixtures = fileURLToPath(new URL('../../fixtures/journals/', import.meta.url));
const plain = (value) => JSON.parse(JSON.stringify(value));
const seen = new Set();

for (const release of readdirSync(fixtures)) {
  for (const file of readdirSync(join(fixtures, release)).filter((name) => name.endsWith('.jsonl'))) {
    const name = file.replace('.jsonl', '');
    test(`release ${release}: ${name}`, async () => {
      const directory = join(folder, `${release}-${name}`);
      mkdirSync(directory);
      copyFileSync(join(fixtures, release, file), join(directory, fileName(name)));
      const journal = new FileJournal(directory);
      assert.deepEqual(await all(journal.list()), [name]);
      const events = await all(journal.read(name));
      for (const { type } of events) seen.add(type);
      const saga = Saga.replay(events);
      assert.deepEqual(plain(stateOf(saga)), JSON.parse(readFileSync(join(fixtures, release, `${name}.json`), 'utf8')));
      // What can be folded can be gone on with.
      if (saga.outcome) return;
      const { outcome } = await recover(journal, name, { execute: () => null, compensate: () => {}, retry: { delayMs: 1 }, onRun: (run) => run.escalate() });
      assert.ok(outcome);
      assert.equal(Saga.replay(await all(journal.read(name))).outcome, outcome);
    });
  }
}

test('every kind of event is among them', () => {
  const types = readFileSync(new URL('./sagaward_bg.d.ts', import.meta.resolve('sagaward')), 'utf8');
  const fact = /export type Fact = ([\s\S]*?);\n/.exec(types)[1];
  assert.deepEqual([...seen].toSorted(), [...new Set([...fact.matchAll(/type: "(\w+)"/g)].map(([, type]) => type))].toSorted());
});
