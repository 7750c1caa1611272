import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Saga } from 'sagaward';

import { definition } from './definitions.mjs';
import { onPage } from './studio.mjs';

const [A, B] = ['did:mesh:a', 'did:mesh:b'];
const STANDBY = 'did:mesh:standby-1';
const steps = definition({ id: 'one', agent: A }, { id: 'two', agent: B }, { id: 'three', agent: A });

const said = async (locator) => (await locator.textContent()).replaceAll(/\s+/g, ' ');

for (const { substitute, record, states, agent, events } of [
  {
    substitute: 'none',
    record: /1 step marked for rollback\.one compensatedtermination confirmed/,
    states: { one: 'executing', two: 'executing', three: 'pending' },
    agent: A,
    events: [`4 agent_killed: ${A}`, '5 step_abandoned: one nobody took it', "6 saga_transitioned: compensating step 'one' lost its agent and nobody took it"],
  },
  {
    substitute: 'one that accepts',
    record: /1 step handed over\.one handed_off ?did:mesh:standby-1termination confirmed/,
    states: { one: 'executing', two: 'executing', three: 'pending' },
    agent: STANDBY,
    events: [`4 agent_killed: ${A}`, `5 step_handed_off: one ${A} to ${STANDBY}`],
  },
  {
    substitute: 'one that declines',
    record: /1 step marked for rollback/,
    states: { one: 'executing', two: 'executing', three: 'pending' },
    agent: A,
    events: [`4 agent_killed: ${A}`, '5 step_abandoned: one nobody took it', "6 saga_transitioned: compensating step 'one' lost its agent and nobody took it"],
  },
]) {
  test(`a kill with the substitute “${substitute}”: the step in flight is found, the record and the log say what became of it`, onPage(async (studio) => {
    await studio.create(steps);
    await studio.move('one', 'executing');
    await studio.move('two', 'executing');
    await studio.kill(A, { reason: 'ring_breach', substitute });

    const text = await said(studio.records.first());
    assert.match(text, record);
    assert.match(text, /^did:mesh:a ?ring_breach/);
    assert.match(text, /duration\d+ ms/);
    assert.match(text, /kill:[0-9a-f]+/);
    assert.deepEqual(await studio.states(), states);
    assert.match(await said(studio.row('one')), new RegExp(`one ?${agent}`));
    assert.match(await said(studio.agent(A)), /killed/);
    assert.deepEqual((await studio.events()).slice(3), events);
  }));
}

test('the agents of the saga are registered, with what they work on; a substitute joins them', onPage(async (studio) => {
  await studio.create(steps);
  await studio.move('one', 'executing');
  assert.match(await said(studio.agent(A)), /executes 1 of 2/);
  assert.match(await said(studio.agent(B)), /1 step$/);
  await studio.kill(A, { substitute: 'one that accepts' });
  await studio.kill(STANDBY, { substitute: 'one that accepts' });
  assert.deepEqual(await studio.records.locator('.record-agent').allTextContents(), [STANDBY, A]);
  assert.match(await said(studio.row('one')), /did:mesh:standby-2/);
  await studio.killSwitch.getByText('2 kills').waitFor();
}));

test('a further press meets the same agent, who is killed already', onPage(async (studio) => {
  await studio.create(steps);
  await studio.kill(B);
  await studio.killSwitch.getByRole('button', { name: 'Kill agent' }).click();
  await studio.records.nth(1).waitFor();
  assert.match(await said(studio.records.first()), /It was executing nothing\..*termination already_killed/);
}));

test('what a killed agent may not do is refused in the words of the package, until it is let back in', onPage(async (studio) => {
  await studio.create(steps);
  await studio.kill(A);
  const start = studio.moves('one').getByRole('button', { name: 'executing' });
  assert.equal(await start.getAttribute('aria-disabled'), 'true');
  await start.focus();
  await studio.lifecycle.getByText(fenced(), { exact: true }).waitFor();

  await studio.killSwitch.getByRole('button', { name: `Let back in ${A}` }).click();
  await start.click();
  assert.equal((await studio.states()).one, 'executing');
  assert.deepEqual((await studio.events()).slice(1), [`2 agent_killed: ${A}`, `3 agent_revived: ${A}`, '4 step_transitioned: one executing']);
}));

/** Why a killed agent starts no step. */
function fenced() {
  const saga = Saga.fromDefinition(steps);
  saga.handle({ type: 'agent_killed', at: 0, agent_did: A, kill_id: 'kill:1' });
  try {
    saga.transitionStep('one', 'executing');
  } catch ({ message }) {
    return message;
  }
}

test('a restored saga brings its kills along: who was killed is let back in, what was cut off is killed again', onPage(async (studio) => {
  const saga = Saga.fromDefinition(steps);
  saga.transitionStep('one', 'executing');
  saga.handle({ type: 'agent_killed', at: Date.now(), agent_did: A, kill_id: 'kill:1' });
  await studio.restore(saga.snapshot());
  await studio.row('one').getByText('Its agent was killed while it worked on the step, and may work on it still.').waitFor();
  assert.match(await said(studio.agent(A)), /killed/);

  await studio.kill(A, { substitute: 'one that accepts' });
  assert.match(await said(studio.row('one')), /did:mesh:standby-1/);
  await studio.killSwitch.getByRole('button', { name: `Let back in ${A}` }).click();
  assert.match(await said(studio.agent(A)), /1 step$/);
}));
