// Several processes and one saga: exactly one goes on.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Saga } from 'sagaward';
import { race, withRacers } from './race.mjs';
import { all } from './sagas.mjs';

test('of two processes that go on with a saga, or begin it, exactly one does', () =>
  withRacers(async (journal, racers) => {
    await race(journal, racers, 20);
  }));

test('a process that was stopped while another went on does nothing more', () =>
  withRacers(async (journal, [sleeper, other]) => {
    const slept = sleeper.told('sleep', 'saga:1');
    while (!isStopped(sleeper.child.pid)) await new Promise(setImmediate);
    await other.told('look', 'saga:1');
    assert.deepEqual(await other.told('goOn', 'saga:1'), { outcome: 'succeeded', called: ['b', 'c'] });
    sleeper.child.kill('SIGCONT');
    assert.deepEqual(await slept, { outcome: 'journal_conflict', called: ['a', 'b'] });
    assert.equal(Saga.replay(await all(journal.read('saga:1'))).outcome, 'succeeded');
  }));

function isStopped(pid) {
  return /^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
}
