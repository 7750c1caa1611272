import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { assertFlat } from '../memory.mjs';

const folder = mkdtempSync(join(tmpdir(), 'memory-'));
after(() => rmSync(folder, { recursive: true }));

const SAGAS = 100_000;
const SIDE_BY_SIDE = 10;
const preparation = `
  const { KillSwitch, MemoryJournal, run, Saga } = sagaward;
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
  };`;

for (const [what, directory] of Object.entries({ 'in memory': '', 'in files': join(folder, 'journal') })) {
  test(`${SAGAS.toLocaleString('en')} sagas, kept ${what}, run and freed: the memory stays flat`, (t) => assertFlat(t, {
    preparation,
    work: `await Promise.all(Array.from({ length: ${SIDE_BY_SIDE} }, (_, j) => perform(i * ${SIDE_BY_SIDE} + j)));`,
    count: SAGAS / SIDE_BY_SIDE,
    args: [directory],
  }));
}
