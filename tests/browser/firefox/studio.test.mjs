// The studio in another engine: what a visit is about, from the first look to a kill with hand-off, and other processes watched.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { live, RELEASE, watchToTheEnd } from '../studio/looker.mjs';
import { onFreshPage } from '../studio/studio.mjs';

test('an example is opened and run, an agent is killed at work, and a substitute finishes', onFreshPage(async (studio) => {
  const [agent, standby] = ['did:mesh:hotel-broker', 'did:mesh:standby-1'];
  await studio.loadExample('Travel booking');
  await studio.verdict.getByText('Valid saga').waitFor();
  await studio.control('Step').click();
  await studio.control('Step').click();
  await studio.standing('hold-hotel').getByText('executing').waitFor();

  await studio.kill(agent, { substitute: 'one that accepts' });
  assert.match(await studio.records.first().textContent(), /1 step handed over.*confirmed/);
  await studio.runUntil('succeeded');
  assert.match(await studio.row('hold-hotel').textContent(), new RegExp(standby));
  assert.ok((await studio.events()).some((event) => event.endsWith(`step_handed_off: hold-hotel ${agent} to ${standby}`)));
}));

test('a run of another process is watched from its first step to its end', live(watchToTheEnd, { files: RELEASE }));
