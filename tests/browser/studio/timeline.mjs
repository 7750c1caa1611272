// The timeline: what the log says, over time.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { definition } from './definitions.mjs';
import { onPage } from './studio.mjs';

/** What each step's lane says. */
const lanes = (studio) => studio.timeline.locator('.lane').evaluateAll((rows) => Object.fromEntries(rows.map((row) => [row.querySelector('.lane-id').textContent, row.querySelector('.unseen').textContent])));

test('attempts, the waits between them and undos stand where they happened', onPage(async (studio) => {
  await studio.simulate(definition('one', { id: 'bad', retries: 1 }, 'never'), { bad: { fault: 'fails', times: 2 } });
  await studio.runUntil('rolled_back');
  assert.deepEqual(await lanes(studio), {
    one: 'attempt 1 from 0 s to 10 s, committed; undo 1 from 31 s to 41 s, compensated',
    bad: 'attempt 1 from 10 s to 20 s, failed; wait for a retry from 20 s to 21 s; attempt 2 from 21 s to 31 s, failed',
    never: 'nothing yet',
  });
}));

test('a time-out and a kill are told', onPage(async (studio) => {
  await studio.simulate(definition({ id: 'slow', timeout: 30, retries: 1, agent: 'did:mesh:slow' }, { id: 'two', agent: 'did:mesh:b' }), { slow: { fault: 'times out' } });
  await studio.speed('no waiting');
  for (const _ of 'four') await studio.control('Step').click();
  await studio.standing('slow').getByText('committed').waitFor();
  await studio.kill('did:mesh:b', { substitute: 'one that accepts' });
  await studio.runUntil('succeeded');
  assert.deepEqual(await lanes(studio), {
    slow: 'attempt 1 from 0 s to 30 s, timed out; wait for a retry from 30 s to 31 s; attempt 2 from 31 s to 41 s, committed',
    two: 'attempt 1 from 41 s to 41 s, killed; attempt 2 from 41 s to 51 s, committed',
  });
  assert.deepEqual(await studio.timeline.locator('.struck title').allTextContents(), ['did:mesh:b killed at 41 s']);
}));

test('a saga that is moved by hand has a timeline as well', onPage(async (studio) => {
  await studio.create(definition('one', 'two'));
  await studio.move('one', 'executing', 'committed');
  assert.match((await lanes(studio)).one, /^attempt 1 from .* to .*, committed$/);
}));
