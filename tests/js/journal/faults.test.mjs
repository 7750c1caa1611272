// Whatever the system refuses, a run stops before anything more is done, and its saga can be recovered.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { recover, run, SagawardError } from 'sagaward';
import { all, moved, sagaOf, step } from './sagas.mjs';

/** What a journal asks of the system, and how that says no. */
const CALLBACKS = new Set(['fdatasync', 'fsync', 'read']);
const ASKED = ['mkdirSync', 'openSync', 'fstatSync', 'writeSync', 'renameSync', 'closeSync', ...CALLBACKS];
/** Told of each call below the directory of the test; what it gives stands for the answer. */
let answer;
for (const name of ASKED) {
  const real = fs[name];
  const asked = (...given) => {
    const instead = answer?.(name, real, given);
    if (!(instead instanceof Error)) return instead === undefined ? real(...given) : instead.value;
    if (!CALLBACKS.has(name)) throw instead;
    setImmediate(given.at(-1), instead);
  };
  // What makes a promise of its callback is among its properties.
  fs[name] = Object.defineProperties(asked, Object.getOwnPropertyDescriptors(real));
}
syncBuiltinESMExports();
const { FileJournal } = await import('sagaward/node');

const folder = fs.mkdtempSync(join(tmpdir(), 'faults-'));
after(() => fs.rmSync(folder, { recursive: true }));
let directories = 0;
const fresh = () => join(folder, String(directories++), 'below');
const refusal = (code) => Object.assign(new Error(`${code}: refused by the test`), { code });

/** Two steps that commit and one that fails, so that there is a way back, compacted on the way. */
async function perform(directory, called) {
  const journal = new FileJournal(directory);
  const saga = sagaOf('saga:1', ['a', 'b', 'c'].map((id) => step(id)));
  await run(saga, {
    journal,
    execute({ step_id }) {
      called.push(step_id);
      if (step_id === 'c') throw new Error('no');
    },
    async compensate({ step_id }) {
      called.push(`undo ${step_id}`);
      if (step_id === 'b') await journal.compact('saga:1', saga.snapshot()).catch(({ code }) => assert.equal(code, 'journal_failed'));
    },
  });
}

/** Performs it while `fault` answers; afterwards the system works again, and another process goes on. */
async function broken(fault) {
  const directory = fresh();
  const called = [];
  answer = fault;
  const error = await perform(directory, called).then(() => undefined, (error) => error);
  answer = undefined;
  if (error) assert.ok(error instanceof SagawardError && error.code === 'journal_failed', error.stack);
  const before = called.length;
  await new Promise(setImmediate);
  assert.equal(called.length, before, 'nothing is done once the run has failed');

  const kept = await all(new FileJournal(directory).read('saga:1'));
  const started = kept.flatMap(({ type, step_id, snapshot }) => (type === 'attempt_started' ? [step_id] : (snapshot?.steps ?? []).map(({ step_id }) => step_id)));
  assert.ok(called.every((what) => what.startsWith('undo') || started.includes(what)), 'what was done was kept before');
  const committed = kept.filter(({ to }) => to === 'committed').map(({ step_id }) => step_id);
  if (kept.length === 0) {
    assert.deepEqual(called, []);
    await perform(directory, called);
  } else {
    await recover(new FileJournal(directory), 'saga:1', {
      execute({ step_id }) {
        assert.ok(!committed.includes(step_id), `${step_id} is not executed again`);
        called.push(step_id);
        if (step_id === 'c') throw new Error('no');
      },
      compensate: ({ step_id }) => void called.push(`undo ${step_id}`),
    });
  }
  const events = await all(new FileJournal(directory).read('saga:1'));
  assert.equal(events.at(-1).to, 'completed');
  // Each once, or again where the fault hid how it went; then `c` may have had an effect too.
  assert.deepEqual(called.filter((what, i) => what !== called[i - 1] && what !== 'undo c'), ['a', 'b', 'c', 'undo b', 'undo a']);
  return error;
}

/** All that a performance without faults asks of the system. */
async function asked() {
  const calls = [];
  assert.equal(await broken((name) => void calls.push(name)), undefined);
  return calls;
}

for (const code of ['EIO', 'ENOSPC']) {
  test(`${code} at any call, once`, async () => {
    const calls = await asked();
    const stopped = new Map();
    for (const [at, name] of calls.entries()) {
      let call = 0;
      const error = await broken((_, real, given) => {
        if (call++ !== at) return undefined;
        // A file is closed all the same.
        if (name === 'closeSync') real(...given);
        return refusal(code);
      });
      stopped.set(name, (stopped.get(name) ?? 0) + (error ? 1 : 0));
    }
    for (const name of ['openSync', 'writeSync', 'fdatasync']) assert.equal(stopped.get(name) > 0, true, name);
  });
}

test('a disk that takes only a part of what is written', async () => {
  const sizes = [];
  await broken((name, _, [, text]) => void (name === 'writeSync' && sizes.push(Buffer.byteLength(text))));
  const stride = process.env.SAGAWARD_LONG ? 7 : 97;
  for (const [at, size] of sizes.entries()) {
    for (let taken = 0; taken < size; taken += stride) {
      let write = 0;
      const error = await broken((name, real, [descriptor, text]) => {
        if (name !== 'writeSync' || write++ < at) return undefined;
        // The next says why.
        if (write > at + 1) return refusal('ENOSPC');
        return { value: real(descriptor, Buffer.from(text).subarray(0, taken)) };
      });
      assert.match(error.message, /Make room on the disk, then recover the saga/);
    }
  }
});

/** What is asked of the system, of that which matters after a loss of power. */
async function lasting(work) {
  const calls = [];
  answer = (name) => void (['mkdirSync', 'writeSync', 'renameSync', 'fdatasync', 'fsync'].includes(name) && calls.push(name));
  await work();
  answer = undefined;
  return calls;
}

test('what is done is durable, in the order that matters', async () => {
  const directory = fresh();
  const journal = new FileJournal(directory);
  const saga = moved('saga:1', 'executing');
  const [first, ...rest] = saga.log();
  // Two directories are made, each to be known to the one above; then the file, to be known to its own.
  assert.deepEqual(await lasting(() => journal.append('saga:1', [first], 0)), ['mkdirSync', 'fsync', 'fsync', 'writeSync', 'fdatasync', 'fsync']);
  assert.deepEqual(await lasting(() => journal.append('saga:1', rest, 1)), ['writeSync', 'fdatasync']);
  // The new file and its name, the line that leads to it, its place.
  assert.deepEqual(await lasting(() => journal.compact('saga:1', saga.snapshot())), ['writeSync', 'fsync', 'fsync', 'writeSync', 'fdatasync', 'renameSync', 'fsync']);
});

test('sagas that begin at a time share the sync of their directory', async () => {
  const journal = new FileJournal(fresh());
  await journal.append('first', moved('first').log(), 0);
  const ids = Array.from({ length: 100 }, (_, i) => `saga:${i}`);
  const calls = await lasting(() => Promise.all(ids.map((id) => journal.append(id, moved(id).log(), 0))));
  assert.deepEqual(calls.filter((name) => name === 'fsync'), ['fsync']);
});

test('without fsync nothing is synced but what replaces a file', async () => {
  const journal = new FileJournal(fresh(), { fsync: false });
  const saga = moved('saga:1', 'executing');
  assert.deepEqual(await lasting(() => journal.append('saga:1', saga.log(), 0)), ['mkdirSync', 'writeSync']);
  assert.deepEqual(await lasting(() => journal.compact('saga:1', saga.snapshot())), ['writeSync', 'fsync', 'writeSync', 'renameSync']);
});

test('what was not synced is not trusted: the journal takes nothing more', async () => {
  const journal = new FileJournal(fresh());
  const events = sagaOf('saga:1', [step('a'), step('b')]).log();
  const others = sagaOf('saga:2').log();
  await journal.append('saga:1', events, 0);
  answer = (name) => (name === 'fdatasync' ? refusal('EIO') : undefined);
  const more = { seq: 2, at: events[0].at, type: 'step_transitioned', step_id: 'a', to: 'executing' };
  await assert.rejects(journal.append('saga:1', [more], 1), { code: 'journal_failed', message: /^Cannot sync .*\.jsonl: EIO/ });
  answer = undefined;
  for (const work of [() => journal.append('saga:1', [{ ...more, seq: 3 }], 2), () => journal.append('saga:2', others, 0)]) {
    await assert.rejects(work, { code: 'journal_failed', message: /may be lost\. Check the disk/ });
  }
});

test('parallel sagas that fail to be kept fail each for itself', async () => {
  const directory = fresh();
  const journal = new FileJournal(directory);
  const ids = Array.from({ length: 20 }, (_, i) => `saga:${i}`);
  const failing = journal.append('saga:7', sagaOf('saga:7').log(), 0).catch(() => {});
  await failing;
  let writes = 0;
  answer = (name) => (name === 'writeSync' && writes++ === 3 ? refusal('EIO') : undefined);
  const results = await Promise.allSettled(ids.filter((id) => id !== 'saga:7').map((id) => journal.append(id, sagaOf(id).log(), 0)));
  answer = undefined;
  assert.deepEqual(results.map(({ status, reason }) => reason?.code ?? status).toSorted(), [...Array(18).fill('fulfilled'), 'journal_failed']);
  assert.equal((await all(new FileJournal(directory).list())).length, 19);
});

/** What is wrong: where, and what is said */
const unusable = {
  'a file where the directory should be': [(path) => fs.writeFileSync(path, ''), /Cannot (make|open) .*Name a directory/],
  'a file above it': [(path) => fs.writeFileSync(path, ''), /Cannot (make|open) .*Name a directory/, 'below'],
  'a link that leads nowhere': [(path) => fs.symlinkSync('/nowhere/at/all', path), /Cannot make/],
};
for (const [what, [make, message, below = '']] of Object.entries(unusable)) {
  test(`a journal in ${what} says so`, async () => {
    const path = join(folder, String(directories++));
    make(path);
    await assert.rejects(new FileJournal(join(path, below)).append('saga:1', sagaOf('saga:1').log(), 0), { code: 'journal_failed', message });
  });
}

test('a user who may not write there is told', async () => {
  answer = (name) => (name === 'openSync' ? refusal('EACCES') : undefined);
  await assert.rejects(new FileJournal(fresh()).append('saga:1', sagaOf('saga:1').log(), 0), { code: 'journal_failed', message: /Let this user read and write there/ });
  answer = undefined;
});

for (const [options, message] of [[{ sync: true }, /sync is no option/], [{ fsync: 1 }, /must be true or false, not 1/], [null, /must be an object/]]) {
  test(`a journal refuses the options ${JSON.stringify(options)}`, () => assert.throws(() => new FileJournal(folder, options), { name: 'SagawardError', message }));
}

const script = `
  import { run, Saga } from 'sagaward';
  import { FileJournal } from 'sagaward/node';
  process.on('SIGXFSZ', () => {});
  const steps = Array.from({ length: 20 }, (_, i) => ({ id: 's' + i, action_id: 'test.run', agent: 'did:a', undo_api: '/undo' }));
  const saga = Saga.fromDefinition({ name: 'work', session_id: 's', steps }, { saga_id: 'saga:1' });
  const called = [];
  const error = await run(saga, { journal: new FileJournal(process.argv[1]), execute: ({ step_id }) => void called.push(step_id), compensate() {} }).then(() => {}, (error) => error);
  console.log(JSON.stringify({ code: error.code, message: error.message, called }));
`;

test('a limit of the kernel cuts a line: the run stops, and the saga goes on where it was', async () => {
  const directory = fresh();
  // In blocks of 512 bytes.
  const { stdout } = await promisify(execFile)('sh', ['-c', 'ulimit -f 8; exec "$@"', 'sh', process.execPath, '--input-type=module', '--eval', script, directory]);
  const { code, message, called } = JSON.parse(stdout);
  assert.equal(code, 'journal_failed', message);
  assert.match(message, /only \d+ of \d+ bytes were taken|EFBIG/);
  assert.ok(called.length > 0 && called.length < 20);
  const again = [];
  const { outcome } = await recover(new FileJournal(directory), 'saga:1', { execute: ({ step_id }) => void again.push(step_id), compensate() {} });
  assert.equal(outcome, 'succeeded');
  const [last] = called.slice(-1);
  assert.deepEqual(again.filter((id) => id !== last), Array.from({ length: 20 - called.length }, (_, i) => `s${called.length + i}`));
});
