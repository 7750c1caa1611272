import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SAGA_TRANSITIONS, Saga, STEP_TRANSITIONS } from 'sagaward';

import { definition } from './definitions.mjs';
import { onPage } from './studio.mjs';

/** The words of the package for a state and each target that something leads to; none where it allows the move. */
function reasons(transitions, subject, from) {
  const targets = new Set(Object.values(transitions).flat());
  const allowed = transitions[from];
  const list = `[${allowed.map((state) => `'${state}'`).join(', ')}]`;
  return Object.fromEntries([...targets].map((to) => [
    to, allowed.includes(to) ? null : `Invalid ${subject} transition: ${from} → ${to}. Allowed: ${list}`,
  ]));
}

/** What each move says against itself to those who cannot see it. */
function shownReasons(moves) {
  return moves.getByRole('button').evaluateAll((buttons) => Object.fromEntries(buttons.map((button) => [
    button.textContent.trim(),
    button.ariaDisabled === 'true' ? document.getElementById(button.getAttribute('aria-describedby')).textContent : null,
  ])));
}

const WAYS = {
  pending: [],
  executing: ['executing'],
  committed: ['executing', 'committed'],
  compensating: ['executing', 'committed', 'compensating'],
  compensated: ['executing', 'committed', 'compensating', 'compensated'],
  compensation_failed: ['executing', 'committed', 'compensating', 'compensation_failed'],
  failed: ['executing', 'failed'],
};

test('a step goes every legal way, and what is illegal says so in the words of the package', onPage(async (studio) => {
  assert.deepEqual(Object.keys(WAYS).sort(), Object.keys(STEP_TRANSITIONS).sort());
  await studio.create(definition(...Object.keys(WAYS)));
  for (const [state, way] of Object.entries(WAYS)) {
    const before = (await studio.events()).length;
    await studio.unfold(state);
    await studio.move(state, ...way);
    assert.deepEqual(await shownReasons(studio.moves(state)), reasons(STEP_TRANSITIONS, 'step', state), state);
    const last = (await studio.events()).slice(before).map((event) => event.replace(/^\d+ /, ''));
    assert.deepEqual(last, way.map((to) => `step_transitioned: ${state} ${to}`));
  }
  assert.deepEqual(await studio.states(), Object.fromEntries(Object.keys(WAYS).map((state) => [state, state])));
}));

for (const { way, outcome } of [
  { way: ['completed'], outcome: 'succeeded' },
  { way: ['failed'], outcome: 'failed' },
  { way: ['compensating', 'completed'], outcome: 'rolled_back' },
  { way: ['compensating', 'failed'], outcome: 'failed' },
  { way: ['compensating', 'escalated'], outcome: 'escalated' },
]) {
  test(`a saga that goes ${way.join(', ')} has the outcome ${outcome}`, onPage(async (studio) => {
    await studio.create(definition('only'));
    let from = 'running';
    for (const to of way) {
      assert.deepEqual(await shownReasons(studio.moves()), reasons(SAGA_TRANSITIONS, 'saga', from), from);
      await studio.moves().getByRole('button', { name: to }).click();
      from = to;
    }
    await studio.lifecycle.getByText(`outcome: ${outcome}`).waitFor();
    assert.deepEqual(await shownReasons(studio.moves()), reasons(SAGA_TRANSITIONS, 'saga', from));
  }));
}

test('a refused move shows its reason to those who point and those who tab, and does nothing', onPage(async (studio) => {
  await studio.create(definition('only'));
  const refused = studio.moves('only').getByRole('button', { name: 'committed' });
  const reason = studio.lifecycle.getByText('Invalid step transition: pending → committed');
  const before = await studio.events();
  assert.equal(await reason.isVisible(), false);

  await refused.hover();
  assert.equal(await reason.isVisible(), true);
  await refused.click({ force: true });
  await studio.page.mouse.move(0, 0);

  await studio.moves('only').getByRole('button', { name: 'executing' }).focus();
  assert.equal(await reason.isVisible(), false);
  await studio.press('Tab');
  assert.equal(await reason.isVisible(), true);
  await studio.press('Enter', ' ');

  assert.deepEqual(await studio.events(), before);
}));

test('by keyboard a saga is created, its steps are walked, unfolded and moved', onPage(async (studio) => {
  await studio.open(definition('first', 'second', 'third'));
  await studio.lifecycle.getByRole('button', { name: 'Create saga' }).focus();
  await studio.press('Enter');
  await studio.row('third').waitFor();
  await studio.row('first').locator('summary').focus();
  await studio.press('ArrowDown', 'End', 'ArrowUp', 'Enter');
  await studio.moves('second').waitFor();
  await studio.press('Tab', 'Enter', 'Tab', 'Enter');
  assert.deepEqual(await studio.states(), { first: 'pending', second: 'committed', third: 'pending' });
}));

test('a definition that may not run makes no saga, and the one before it stays', onPage(async (studio) => {
  await studio.create(definition('valid'));
  await studio.open({ ...definition('valid'), session_id: '' });
  await studio.verdict.getByText('This saga may not run').waitFor();
  const button = studio.lifecycle.getByRole('button', { name: 'Create saga', disabled: true });
  assert.equal(await button.getAttribute('aria-describedby'), await studio.lifecycle.getByText('The definition may not run yet.').getAttribute('id'));
  await button.click({ force: true });
  assert.deepEqual(await studio.states(), { valid: 'pending' });
}));

test('a definition that was changed after its saga was created is remarked on', onPage(async (studio) => {
  const remark = studio.lifecycle.getByText('The text was changed since');
  await studio.create(definition('before'));
  assert.equal(await remark.isVisible(), false);
  await studio.open(definition('after'));
  await remark.waitFor();
  await studio.lifecycle.getByRole('button', { name: 'Create saga' }).click();
  await remark.waitFor({ state: 'detached' });
  assert.deepEqual(await studio.states(), { after: 'pending' });
}));

test('a saga of a thousand steps is listed and moved', onPage(async (studio) => {
  const saga = Saga.fromDefinition(definition(...Array.from({ length: 1_000 }, (_, index) => `step-${index}`)));
  await studio.restore(saga.snapshot());
  await studio.row('step-999').locator('summary').click();
  await studio.moves('step-999').getByRole('button', { name: 'executing' }).click();
  await studio.log.getByText('step_transitioned').waitFor();
  assert.equal((await studio.states())['step-999'], 'executing');
}));
