// The drawings of both state machines, looked at as a person does: which box each line leaves and reaches.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SAGA_TRANSITIONS, STEP_TRANSITIONS } from 'sagaward';

import { definition } from './definitions.mjs';
import { onPage } from './studio.mjs';

/** Each move that a line shows, from the box at its start to the box at its end, and what is wrong with how it is drawn. */
const drawn = (diagram) => diagram.evaluate((group) => {
  const boxes = [...group.querySelectorAll('.diagram-box')].map((box) => ({ name: box.textContent.trim(), text: box.querySelector('.state').getBoundingClientRect(), ...box.getBoundingClientRect().toJSON() }));
  const NEAR = 2;
  const within = ({ x, y }, { left, right, top, bottom }, more) => x > left - more && x < right + more && y > top - more && y < bottom + more;
  const moves = [];
  const faults = [];
  for (const line of group.querySelectorAll('.diagram-line')) {
    if (!line.checkVisibility()) continue;
    const length = line.getTotalLength();
    const place = (part) => line.getPointAtLength(length * part).matrixTransform(line.getScreenCTM());
    const at = (part) => boxes.find((box) => within(place(part), box, NEAR))?.name;
    moves.push({ from: at(0), to: at(1), is: line.parentElement.dataset.is });
    for (let part = 0.02; part < 0.98; part += 0.02) if (boxes.some((box) => within(place(part), box, -NEAR))) faults.push(`${at(0)} → ${at(1)} runs through a box`);
  }
  for (const [index, box] of boxes.entries()) {
    if (box.text.left < box.left || box.text.right > box.right) faults.push(`${box.name} is wider than its box`);
    for (const other of boxes.slice(index + 1)) if (box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom) faults.push(`${box.name} lies on ${other.name}`);
  }
  return { moves, faults };
});

const pairs = (moves) => moves.map(({ from, to }) => `${from} → ${to}`).sort();
const table = (transitions) => Object.entries(transitions).flatMap(([from, targets]) => targets.map((to) => `${from} → ${to}`)).sort();

for (const [look, width] of Object.entries({ wide: 1440, narrow: 360 })) {
  test(`both state machines are drawn as the package has them, ${look}: nothing lies on anything, and all is in sight`, onPage(async (studio) => {
    await studio.create(definition('only'));
    await studio.look({ viewport: { width, height: 800 } });
    for (const [name, transitions] of [['Moves of the saga', SAGA_TRANSITIONS], ['Moves of only', STEP_TRANSITIONS]]) {
      const diagram = studio.lifecycle.getByRole('group', { name, exact: true });
      const { moves, faults } = await drawn(diagram);
      assert.deepEqual(pairs(moves), table(transitions));
      assert.deepEqual(faults, []);
      assert.deepEqual((await diagram.getByRole('listitem').allTextContents()).map((text) => text.replace(/now$/, '').trim()).sort(), Object.keys(transitions).sort());
      assert.ok(await diagram.evaluate(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth), 'it need not be scrolled');
    }
  }));
}

/** What a drawing says of where it is. */
async function told(diagram) {
  const { moves } = await drawn(diagram);
  return {
    now: (await diagram.locator('[aria-current=true]').allTextContents()).map((text) => text.trim()),
    mark: await diagram.locator('.diagram-now').textContent(),
    next: pairs(moves.filter(({ is }) => is === 'next')),
    passed: pairs(moves.filter(({ is }) => is === 'passed')),
    buttons: await diagram.getByRole('button').count(),
  };
}

test('a drawing says where it is, which way it came and where it may go; what was says so, and is not moved', onPage(async (studio) => {
  await studio.create(definition('only'));
  await studio.move('only', 'executing', 'committed');
  const [came, goes] = [['executing → committed', 'pending → executing'], ['committed → compensating']];
  assert.deepEqual(await told(studio.moves('only')), { now: ['committed'], mark: 'now', next: goes, passed: came, buttons: 6 });

  await studio.event(2).click();
  await studio.diagram('only').waitFor();
  assert.deepEqual(await told(studio.diagram('only')), { now: ['executing'], mark: 'then', next: ['executing → committed', 'executing → failed'], passed: ['pending → executing'], buttons: 0 });
  await studio.press('Escape');
  await studio.moves('only').waitFor();
  assert.deepEqual(await told(studio.moves('only')), { now: ['committed'], mark: 'now', next: goes, passed: came, buttons: 6 });
}));

test('what a run drives is seen in both drawings as it goes', onPage(async (studio) => {
  await studio.simulate(definition('one', 'two'), { two: { fault: 'fails' } });
  await studio.control('Step').click();
  await studio.standing('one').getByText('executing').waitFor();
  assert.deepEqual(await told(studio.diagram('one')), { now: ['executing'], mark: 'now', next: ['executing → committed', 'executing → failed'], passed: ['pending → executing'], buttons: 0 });
  await studio.runUntil('rolled_back');
  assert.deepEqual(await told(studio.diagram()), { now: ['completed'], mark: 'now', next: [], passed: ['compensating → completed', 'running → compensating'], buttons: 0 });
  assert.deepEqual((await told(studio.diagram('one'))).passed, ['committed → compensating', 'compensating → compensated', 'executing → committed', 'pending → executing']);
}));
