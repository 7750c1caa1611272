import assert from 'node:assert/strict';
import { test } from 'node:test';
import { race, withRacers } from './race.mjs';

test('of two processes exactly one goes on, 1,000 times', (t) =>
  withRacers(async (journal, racers) => {
    const wins = await race(journal, racers, 1_000);
    t.diagnostic(`won by the one ${wins[0]} times, by the other ${wins[1]}`);
    // A race that one always wins is none.
    assert.ok(Math.min(...wins) > 0, String(wins));
  }));
