import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Saga } from 'sagaward';
import { FileJournal } from 'sagaward/node';
import { all, sagaOf, step } from './sagas.mjs';

/** Gives `work` a journal and two processes that use it. */
export async function withRacers(work) {
  const directory = mkdtempSync(join(tmpdir(), 'race-'));
  const racers = [];
  try {
    for (let i = 0; i < 2; i += 1) racers.push(await racer(directory));
    await work(new FileJournal(directory), racers);
  } finally {
    for (const { child } of racers) child.kill('SIGKILL');
    rmSync(directory, { recursive: true });
  }
}

async function racer(directory) {
  const child = fork(fileURLToPath(new URL('./racer.mjs', import.meta.url)), [directory]);
  await once(child, 'message');
  return {
    child,
    async told(order, sagaId) {
      const [[answer]] = await Promise.all([once(child, 'message'), child.send({ order, sagaId })]);
      return answer;
    },
  };
}

/** Two processes go on with one saga, or begin one of the same name, `rounds` times. */
export async function race(journal, racers, rounds) {
  const wins = [0, 0];
  for (let round = 0; round < rounds; round += 1) {
    const sagaId = `saga:${round}`;
    const isNew = round % 2 === 1;
    if (!isNew) {
      const saga = sagaOf(sagaId, [step('a'), step('b')]);
      saga.handle({ type: 'start', settings: {}, at: 1e12 });
      await journal.append(sagaId, saga.log(), 0);
      await Promise.all(racers.map((racer) => racer.told('look', sagaId)));
      saga.free();
    }
    const results = await Promise.all(racers.map((racer) => racer.told(isNew ? 'begin' : 'goOn', sagaId)));
    const winner = results.findIndex(({ outcome }) => outcome === 'succeeded');
    const [won, lost] = [results[winner], results[1 - winner]];
    assert.deepEqual(won, { outcome: 'succeeded', called: ['a', 'b'] }, JSON.stringify(results));
    assert.deepEqual(lost, { outcome: isNew ? 'saga_exists' : 'journal_conflict', called: [] });
    const replayed = Saga.replay(await all(journal.read(sagaId)));
    assert.equal(replayed.outcome, 'succeeded');
    replayed.free();
    wins[winner] += 1;
  }
  return wins;
}
