// What is planned before anything happens; that runs do as planned is proven on the core.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plan, run, Saga, SagaSchemaError } from 'sagaward';
import { begin, forever, sagaOf, step } from './run/world.mjs';

const all = (...step_ids) => ({ count: step_ids.length, step_ids });
const undoing = (undone, perhaps = [], cannot = []) => ({ undone: all(...undone), perhaps: all(...perhaps), cannot_be_undone: all(...cannot) });
const unit = (step_ids, waits_for, policy = 'all_must_succeed') => ({ step_ids, policy, waits_for, inner: [] });
const definition = (steps, more) => ({ name: 'work', session_id: 's', steps, ...more });

test('a definition is planned: waves, what they wait for, and what each failure would undo', () => {
  const steps = [step('a'), step('b', { undo_api: '' }), step('c'), step('d')];
  assert.deepEqual(plan(definition(steps, { fan_out: [{ policy: 'any_must_succeed', branches: ['b', 'c'] }] })), {
    waves: [['a'], ['b', 'c'], ['d']],
    units: [unit(['a'], []), unit(['b', 'c'], [0], 'any_must_succeed'), unit(['d'], [1])],
    failures: [
      { step_id: 'a', rollback: undoing([]) },
      { step_id: 'b', rollback: null },
      { step_id: 'c', rollback: null },
      { step_id: 'd', rollback: undoing(['c', 'b', 'a'], [], ['b']) },
    ],
    now: undoing([]),
  });
});

test('what has nothing to undo is left behind by nobody', () => {
  const steps = [step('a', { undo_api: '' }), step('b')];
  const left = (options) => plan(definition(steps), options).failures[1].rollback.cannot_be_undone.step_ids;
  assert.deepEqual(left(), ['a']);
  assert.deepEqual(left({ nothingToUndo: ['a'] }), []);
  assert.deepEqual(left({ rules: { empty_undo_api: 'off' } }), ['a']);
});

test('a saga is planned from where it stands, as its run will do', async () => {
  const steps = [step('a'), step('b', { depends_on: ['a'] }), step('c', { depends_on: ['a'], undo_api: '' }), step('d', { depends_on: ['b', 'c'] })];
  const execute = ({ step_id }) => (step_id === 'c' ? forever() : undefined);
  const { saga, clock, run: running } = begin(steps, { execute, nothingToUndo: ['c'] });
  await clock.pass(0);
  assert.deepEqual(plan(saga, { nothingToUndo: [] }), {
    waves: [['c'], ['d']],
    units: [unit(['a'], []), unit(['b'], [0]), unit(['c'], [0]), unit(['d'], [1, 2])],
    failures: [
      { step_id: 'c', rollback: undoing(['b', 'a']) },
      { step_id: 'd', rollback: undoing(['c', 'b', 'a']) },
    ],
    now: undoing(['b', 'a'], ['c']),
  });
  running.cancel();
  await clock.until(running);
  const { units, ...ahead } = plan(saga);
  assert.deepEqual(ahead, { waves: [], failures: [], now: undoing([]) });
  assert.equal(units.length, 4);
});

test('planning changes nothing', async () => {
  const saga = sagaOf([step('a'), step('b')]);
  plan(saga);
  assert.deepEqual([saga.seq, saga.state], [1, 'running']);
  assert.equal((await run(saga, { execute() {}, compensate() {} })).outcome, 'succeeded');
});

test('what cannot be planned is refused', () => {
  assert.throws(() => plan({}), SagaSchemaError);
  assert.throws(() => plan(definition([step('a')]), { nothingToUndo: 'a' }), { code: 'bad_option', message: /nothingToUndo/ });
  assert.throws(() => plan(definition([step('a')]), { nothing: [] }), { code: 'bad_option' });
  const freed = Saga.fromDefinition(definition([step('a')]));
  freed.free();
  assert.throws(() => plan(freed), { code: 'closed' });
});

test('a chain of 10,000 steps is planned in a document of its own size', () => {
  const planned = plan(definition(Array.from({ length: 10_000 }, (_, at) => step(`s${at}`))));
  assert.equal(planned.waves.length, 10_000);
  const { undone } = planned.failures.at(-1).rollback;
  assert.equal(undone.count, 9_999);
  assert.deepEqual(undone.step_ids.slice(0, 2), ['s9998', 's9997']);
  assert.ok(JSON.stringify(planned).length < 10_000_000);
});
