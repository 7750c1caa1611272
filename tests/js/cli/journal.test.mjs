// `show` and `recover` over a journal that holds sagas of every kind.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { directory, sagaward } from './child.mjs';
import { actions, saga, step } from './sagas.mjs';

const steps = [step('a'), step('b'), step('c')];
const fileOf = (sagaId) => `journal/${createHash('sha256').update(sagaId).digest('hex')}.jsonl`;

/** How each saga of the journal was left: what its actions do, and the line after which its process is killed. */
const kept = {
  'well': [{}],
  'undone': [{ fail: ['c'] }],
  'stuck': [{ fail: ['b'], failUndo: ['a'] }],
  'lost': [{ hang: ['b'] }, /b: attempt 1\n/],
  'lost, undoing': [{ fail: ['c'], hangUndo: ['b'] }, /b: undo, attempt 1\n/],
  'retrying': [{ fail: ['b'] }, /b: attempt 1 failed: no b; the next in 16 min 40 s\n/, { retries: 1 }],
  'held': [{ fail: ['c'], failUndo: ['b'] }, /b: the undo failed for good/],
};

/** Each saga is run once, in a directory of its own that all tests copy. */
const made = new Map();
const cleanUp = [];
const file = { after: (work) => cleanUp.push(work) };
after(() => cleanUp.forEach((work) => work()));

async function make(id) {
  const [does, until, more = {}] = kept[id];
  const cwd = directory(file, {
    [`${id}.json`]: saga(steps.map((one) => ({ ...one, ...more })), { saga_id: id }),
    [`${id}.mjs`]: actions(does, `export const retry = { delayMs: 1_000_000 }; export const onUndoFailure = '${id === 'held' ? 'hold' : 'escalate'}';`),
  });
  const child = sagaward(file, cwd, ['run', `${id}.json`, '--actions', `${id}.mjs`, '--journal', 'journal']);
  if (until) {
    await child.says(until);
    child.kill('SIGKILL');
  }
  const { status, signal, stderr } = await child.ended;
  assert.equal(signal, until ? 'SIGKILL' : null, `${id}: ${status} ${stderr}`);
  return cwd;
}

/** A directory with these sagas in one journal. */
async function journal(t, wanted = Object.keys(kept)) {
  const cwd = directory(t, { 'well.mjs': actions() });
  for (const id of wanted) {
    if (!made.has(id)) made.set(id, make(id));
    cpSync(join(await made.get(id), 'journal'), join(cwd, 'journal'), { recursive: true });
  }
  return cwd;
}

/** Makes a line of a saga's file say what nobody wrote. */
function corrupt(cwd, sagaId, line) {
  const path = join(cwd, fileOf(sagaId));
  const lines = readFileSync(path, 'utf8').split('\n');
  lines[line - 1] = lines[line - 1].replace('"seq":', '"sEq":');
  writeFileSync(path, lines.join('\n'));
}

const columns = (stdout) => stdout.trimEnd().split('\n').map((line) => line.split(/ {2,}/));

test('a journal is shown as a table: how each saga stands, and what it waits for', async (t) => {
  const cwd = await journal(t);
  corrupt(cwd, 'undone', 3);
  corrupt(cwd, 'stuck', 1);
  const { status, stdout, stderr } = await sagaward(t, cwd, ['show', 'journal']).ended;
  assert.deepEqual([status, stderr], [2, '']);
  const [titles, ...rows] = columns(stdout);
  assert.deepEqual(titles, ['SAGA', 'NAME', 'STATE', 'AGE', 'WAITS FOR, OR WHY']);
  const unreadable = rows.splice(-2);
  for (const row of rows) assert.match(row.splice(3, 1)[0] ?? '', /^\d+(\.\d)? (ms|s|min)/);
  assert.deepEqual(rows.map(([id, name, state, why = '']) => [id, name, state, why.replace(/\d{4}-\S+/, 'then')]), [
    ['well', 'work', 'succeeded', ''],
    ['lost', 'work', 'running', 'b'],
    ['lost, undoing', 'work', 'compensating', 'undo of b'],
    ['retrying', 'work', 'running', 'retry of b at then'],
    ['held', 'work', 'compensating', 'an operator for b'],
  ]);
  assert.deepEqual(unreadable.map(([id, state]) => [id, state]), Array(2).fill(['?', 'unreadable']));
  const problems = unreadable.map(([, , problem]) => problem).join('\n');
  for (const place of [`${fileOf('stuck')}:1: `, `${fileOf('undone')}:3: `]) assert.ok(problems.includes(place), problems);

  const json = JSON.parse((await sagaward(t, cwd, ['show', 'journal', '--format', 'json']).ended).stdout);
  assert.deepEqual(json.sagas.map(({ saga_id, outcome, waits_for: [first] }) => [saga_id, outcome, first?.for]), [
    ['well', 'succeeded', undefined],
    ['lost', null, 'attempt'],
    ['lost, undoing', null, 'undo'],
    ['retrying', null, 'retry'],
    ['held', null, 'operator'],
  ]);
  assert.deepEqual(json.failures.map(({ problem }) => problem).sort(), problems.split('\n').sort());
});

test('a journal without sagas', async (t) => {
  const cwd = directory(t);
  const { status, stdout } = await sagaward(t, cwd, ['show', '.']).ended;
  assert.deepEqual([status, stdout], [0, 'no sagas\n']);
  assert.equal((await sagaward(t, cwd, ['recover', '.', '--base-url', 'http://127.0.0.1:9']).ended).status, 0);
});

test('what happened in a saga is told event by event', async (t) => {
  const cwd = await journal(t, ['stuck', 'lost']);
  const told = async (id) => (await sagaward(t, cwd, ['show', 'journal', id]).ended).stdout.replaceAll(/\d{4}-\S+Z/g, 'then').replaceAll(/\d+ ms/g, 'N ms').replaceAll(/\d\d:\d\d:\d\d\.\d{3}/g, 'at');
  assert.equal(
    await told('stuck'),
    `stuck  work, 3 steps, begun then
escalated: 1 step(s) failed compensation — Joint Liability penalty triggered

  at     created in session s: work, 3 steps
  at     started
  at  a  attempt 1
  at  a  committed after N ms
  at  b  attempt 1
  at  b  attempt 1 failed: no b
  at  b  failed
  at     rolls back: step 'b' failed: no b
  at  a  undo, attempt 1
  at  a  attempt 1 failed: Compensation failed: no a
  at  a  could not be undone
  at     escalated: 1 step(s) failed compensation — Joint Liability penalty triggered
`,
  );
  assert.match(await told('lost'), /^lost  work, 3 steps, begun then\nrunning, waits for b\n/);
});

test('all that has not ended goes on, and the worst outcome counts', async (t) => {
  const cwd = await journal(t, ['well', 'stuck', 'lost', 'lost, undoing']);
  const { status, stdout, stderr } = await sagaward(t, cwd, ['recover', 'journal', '--actions', 'well.mjs']).ended;
  assert.deepEqual([status, stderr], [3, '']);
  const lines = stdout.trimEnd().split('\n');
  const of = (id) => lines.filter((line) => line.startsWith(`${id}: `) || line.startsWith(`${id} / `)).map((line) => line.replace(/ after \d+ ms/, ''));
  assert.deepEqual(of('lost'), [
    'lost: recovered: goes on',
    'lost / b: attempt 1 was lost with its process',
    'lost / b: attempt 2',
    'lost / b: committed',
    'lost / c: attempt 1',
    'lost / c: committed',
    'lost: succeeded',
  ]);
  assert.deepEqual(of('lost, undoing'), [
    'lost, undoing: recovered: goes on',
    'lost, undoing / b: attempt 1 was lost with its process',
    'lost, undoing / b: undo, attempt 2',
    'lost, undoing / b: undone',
    'lost, undoing / a: undo, attempt 1',
    'lost, undoing / a: undone',
    'lost, undoing: rolled back',
  ]);
  assert.equal(lines.length, 14);
  const again = await sagaward(t, cwd, ['recover', 'journal', '--actions', 'well.mjs']).ended;
  assert.deepEqual([again.status, again.stdout, again.stderr], [0, '', '']);
});

test('a saga that cannot be read stops no other', async (t) => {
  const cwd = await journal(t, ['lost', 'undone', 'stuck']);
  corrupt(cwd, 'undone', 3);
  corrupt(cwd, 'stuck', 1);
  const { status, stdout, stderr } = await sagaward(t, cwd, ['recover', 'journal', '--actions', 'well.mjs', '--format', 'json']).ended;
  assert.equal(status, 2);
  assert.deepEqual(JSON.parse(stdout.trimEnd().split('\n').at(-1)), { saga_id: 'lost', type: 'ended', outcome: 'succeeded', error: null });
  assert.ok(stderr.includes(`${fileOf('undone')}:3: `) && stderr.includes(`${fileOf('stuck')}:1: `), stderr);
});

test('an interrupted recovery rolls back all that goes on; a second interrupt leaves them', async (t) => {
  const cwd = await journal(t, ['lost', 'lost, undoing']);
  writeFileSync(join(cwd, 'slow.mjs'), actions({ hang: ['b'], hangUndo: ['a', 'b'] }));
  const child = sagaward(t, cwd, ['recover', 'journal', '--actions', 'slow.mjs']);
  await child.says(/lost \/ b: attempt 2\n/);
  await child.says(/lost, undoing \/ b: undo, attempt 2\n/);
  child.kill('SIGINT');
  await child.says(/lost \/ b: undo, attempt 1\n/);
  child.kill('SIGINT');
  const { status, stderr } = await child.ended;
  assert.equal(status, 130);
  assert.match(stderr, /\n  sagaward recover journal 'lost, undoing' --actions slow\.mjs\n/);
  assert.match(stderr, /\n  sagaward recover journal lost --actions slow\.mjs\n/);
  assert.equal((await sagaward(t, cwd, ['recover', 'journal', '--actions', 'well.mjs']).ended).status, 3);
});
