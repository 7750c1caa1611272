// What has ended and is freed leaves nothing behind, neither in JavaScript nor in WebAssembly.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';

const folder = mkdtempSync(join(tmpdir(), 'memory-'));
after(() => rmSync(folder, { recursive: true }));

const ROUNDS = 10;
const SAGAS = 10_000;
const script = `
  const memories = [];
  const { Instance } = WebAssembly;
  WebAssembly.Instance = function (...given) {
    const instance = new Instance(...given);
    memories.push(instance.exports.memory);
    return instance;
  };
  const { KillSwitch, MemoryJournal, run, Saga } = await import('sagaward');
  const { FileJournal } = await import('sagaward/node');
  const journal = process.argv[1] ? new FileJournal(process.argv[1], { fsync: false }) : new MemoryJournal();
  const killSwitch = new KillSwitch();
  const steps = ['a', 'b', 'c'].map((id) => ({ id, action_id: 'test.run', agent: 'did:a', undo_api: '/undo' }));
  const perform = async (number) => {
    const execute = ({ step_id }) => {
      if (step_id === 'c' && number % 2) throw new Error('no');
      return step_id;
    };
    const saga = Saga.fromDefinition({ name: 'work', session_id: 's', steps }, { saga_id: 'saga:' + number });
    const { outcome } = await run(saga, { journal, killSwitch, execute, compensate() {} });
    if (outcome !== (number % 2 ? 'rolled_back' : 'succeeded')) throw new Error(outcome);
    saga.free();
    await journal.remove('saga:' + number);
  };
  for (let round = 0; round <= ${ROUNDS}; round += 1) {
    for (let i = 0; i < ${SAGAS}; i += 10) await Promise.all(Array.from({ length: 10 }, (_, j) => perform(i + j)));
    gc();
    const { rss, heapUsed } = process.memoryUsage();
    console.log(JSON.stringify({ rss, heap: heapUsed, wasm: memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0) }));
  }
`;

for (const [what, directory] of Object.entries({ 'in memory': '', 'in files': join(folder, 'journal') })) {
  test(`100,000 sagas, kept ${what}, run and freed: the memory stays flat`, async (t) => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', '--input-type=module', '--eval', script, directory]);
    const [warm, ...rounds] = stdout.trim().split('\n').map((line) => JSON.parse(line));
    const mib = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
    for (const name of ['rss', 'heap', 'wasm']) t.diagnostic(`${name}: ${[warm, ...rounds].map((round) => mib(round[name])).join(', ')}`);
    assert.equal(rounds.length, ROUNDS);
    for (const { heap, wasm, rss } of rounds) {
      assert.equal(wasm, warm.wasm);
      assert.ok(heap < warm.heap + 2 ** 21, mib(heap));
      assert.ok(rss < warm.rss * 1.5, mib(rss));
    }
  });
}
