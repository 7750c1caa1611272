import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { directory, onTerminal, sagaward } from './child.mjs';
import { actions, chain, saga, step } from './sagas.mjs';

const RUN = ['run', 'saga.json', '--actions', 'actions.mjs'];

/** Each: the saga, what its actions do, further arguments, the exit code, the last line, what is said on standard error. */
const endings = [
  ['success', chain, {}, [], 0, 'work-1: succeeded'],
  ['a rollback', chain, { fail: ['c'] }, [], 3, 'work-1: rolled back'],
  ['a failure with nothing to undo', chain, { fail: ['a'] }, [], 4, "work-1: failed: step 'a' failed: no a"],
  ['what cannot be undone', chain, { fail: ['c'], failUndo: ['a'] }, [], 5, /^work-1: escalated: 1 step/],
  ['an invalid definition', saga([step('a', { timeout: 0 })]), {}, [], 1, '1 file checked, 1 invalid: 1 error'],
  ['no such definition', chain, {}, ['--', 'other.json'], 2, undefined, /run takes one definition/],
  ['a journal that is no directory', chain, {}, ['--journal', 'saga.json'], 2, undefined, /saga\.json.*Name a directory/],
];

for (const [what, definition, does, more, status, last, problem = /^$/] of endings) {
  test(`the exit code of ${what} is ${status}`, async (t) => {
    const cwd = directory(t, { 'saga.json': definition, 'actions.mjs': actions(does) });
    const result = await sagaward(t, cwd, [...RUN, ...more]).ended;
    assert.match(result.stderr, problem);
    assert.equal(result.status, status, result.stdout);
    const line = result.stdout.trimEnd().split('\n').at(-1);
    if (last instanceof RegExp) assert.match(line, last);
    else assert.equal(line, last ?? '');
  });
}

/** Each: arguments that make no sense or name what is not there, and what is said of them. */
const misuses = [
  [['run'], /run takes one definition/],
  [['run', 'saga.json'], /say how steps are done: --base-url URL .*--actions FILE/],
  [['run', 'saga.json', '--actions', 'actions.mjs', '--base-url', 'http://x'], /give one of them/],
  [['run', 'saga.json', '--base-url', 'x'], /baseUrl must be an absolute URL/],
  [['run', 'missing.json', '--base-url', 'http://x'], /missing\.json: no such file/],
  [['run', '.', '--base-url', 'http://x'], /run takes one definition; \. holds 2/],
  [['run', 'saga.json', '--actions', 'missing.mjs'], /missing\.mjs: .*Cannot find module/],
  [['run', 'saga.json', '--actions', 'broken.mjs'], /broken\.mjs: .*SyntaxError/],
  [['run', 'saga.json', '--actions', 'empty.mjs'], /empty\.mjs: it must export execute/],
  [['run', 'saga.json', '--actions', 'strange.mjs'], /strange/],
  [['run', 'saga.json', '--actions', 'actions.mjs', '--concurrency', '0'], /--concurrency is a number from 1 .*"0"/],
  [['run', 'saga.json', '--actions', 'actions.mjs', '--format', 'xml'], /--format is pretty, json; not "xml"/],
  [['run', 'saga.json', '--actions', 'actions.mjs', '--saga-id', 'other'], /this one has "work-1"/],
  [['run', 'foreign.json', '--base-url', 'http://127.0.0.1:9'], /Nothing was started.*\n.*step 'a', execute_api/],
  [['recover'], /recover takes the directory/],
  [['recover', '.'], /say how steps are done/],
  [['recover', 'nowhere', '--actions', 'actions.mjs'], /nowhere: no such directory/],
  [['recover', 'saga.json', '--actions', 'actions.mjs'], /saga\.json: is no directory/],
  [['recover', '.', 'unknown', '--actions', 'actions.mjs'], /no saga 'unknown'/],
  [['show'], /show takes the directory/],
  [['show', 'nowhere'], /nowhere: no such directory/],
  [['show', '.', 'unknown'], /no saga "unknown"/],
];

for (const [args, message] of misuses) {
  test(`misuse: sagaward ${args.join(' ')}`, async (t) => {
    const cwd = directory(t, {
      'saga.json': chain,
      'foreign.json': saga([step('a', { execute_api: 'http://elsewhere/' })]),
      'actions.mjs': actions(),
      'broken.mjs': 'export const = 1;',
      'empty.mjs': 'export const execute = 1;',
      'strange.mjs': actions({}, 'export const strange = 1;'),
    });
    const { status, stdout, stderr } = await sagaward(t, cwd, args).ended;
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /^\s+at .*cli\.js/m);
    assert.deepEqual([status, stdout], [2, '']);
  });
}

test('in a pipe every event of interest is a line', async (t) => {
  const steps = [step('build'), step('test', { retries: 1, depends_on: ['build'] }), step('scan', { depends_on: ['build'] }), step('ship', { depends_on: ['test', 'scan'] })];
  const flaky = `
    export const execute = async ({ step_id }, { attempt }) => {
      if (step_id === 'test' && attempt === 1) throw new Error('flaky');
      if (step_id === 'ship') throw new Error('no room');
    };
    export const compensate = () => {};
    export const retry = { delayMs: 250 };
  `;
  const cwd = directory(t, { 'saga.json': saga(steps), 'actions.mjs': flaky });
  const { stdout } = await sagaward(t, cwd, RUN).ended;
  assert.equal(
    stdout.replaceAll(/after \d+ ms/g, 'after N ms'),
    `work-1: created in session s: work, 4 steps
work-1: started
build: attempt 1
build: committed after N ms
test: attempt 1
scan: attempt 1
test: attempt 1 failed: flaky; the next in 250 ms
scan: committed after N ms
test: attempt 2
test: committed after N ms
ship: attempt 1
ship: attempt 1 failed: no room
ship: failed
work-1: rolls back: step 'ship' failed: no room
test: undo, attempt 1
test: undone after N ms
scan: undo, attempt 1
scan: undone after N ms
build: undo, attempt 1
build: undone after N ms
work-1: rolled back
`,
  );
});

test('json is the events, each as soon as it is kept, then how it ended', async (t) => {
  const cwd = directory(t, { 'saga.json': chain, 'actions.mjs': actions({ hang: ['b'] }) });
  const child = sagaward(t, cwd, [...RUN, '--journal', 'journal', '--format', 'json']);
  await child.says(/"step_id":"b","action":"execute","attempt":1\}\n$/);
  const [file] = readdirSync(join(cwd, 'journal'));
  assert.match(file, /^[0-9a-f]{64}\.jsonl$/);
  child.kill('SIGINT');
  const { status, stdout } = await child.ended;
  assert.equal(status, 3);
  const lines = stdout.trimEnd().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(lines.pop(), { saga_id: 'work-1', type: 'ended', outcome: 'rolled_back', error: 'cancelled: interrupted' });
  assert.deepEqual(lines.map(({ seq }) => seq), lines.map((_, at) => at + 1));
  const shown = await sagaward(t, cwd, ['show', 'journal', 'work-1', '--format', 'json']).ended;
  assert.deepEqual(shown.stdout.trimEnd().split('\n').map((line) => JSON.parse(line)), lines);
});

test('what is printed goes on to nobody without harm', async (t) => {
  const cwd = directory(t, { 'saga.json': chain, 'actions.mjs': actions() });
  const { command } = await import('./cli.mjs');
  const { spawnSync } = await import('node:child_process');
  const line = `'${process.execPath}' '${command}' ${RUN.join(' ')} --journal journal | head -n 1; echo "exit \${PIPESTATUS[0]}"`;
  const { stdout } = spawnSync('bash', ['-c', line], { cwd, encoding: 'utf8' });
  assert.match(stdout, /\nexit 0\n$/);
  assert.match((await sagaward(t, cwd, ['show', 'journal']).ended).stdout, /work-1 .* succeeded/);
});

/** Each: how it is kept, what is said when it is left. */
const leavings = [
  ['without a journal', [], /it was kept in no journal .* what was done stays done/],
  ['with a journal', ['--journal', 'a journal'], /to go on:\n  sagaward recover 'a journal' work-1 --actions actions\.mjs\n/],
];

for (const [how, more, said] of leavings) {
  for (const signal of ['SIGINT', 'SIGTERM']) {
    test(`${signal} rolls back, a second one leaves: ${how}`, async (t) => {
      const cwd = directory(t, { 'saga.json': chain, 'actions.mjs': actions({ hang: ['b'], hangUndo: ['a'] }) });
      const child = sagaward(t, cwd, [...RUN, ...more]);
      await child.says(/b: attempt 1\n/);
      child.kill(signal);
      await child.says(new RegExp(`^${signal}: cancelled; what was done is undone`, 'm'), 'stderr');
      await child.says(/b: undone.*\na: undo, attempt 1\n/);
      child.kill(signal);
      const { status, stderr } = await child.ended;
      assert.equal(status, 130);
      assert.match(stderr, said);
    });
  }
}

test('a third one ends a process that hangs', async (t) => {
  const cwd = directory(t, { 'saga.json': chain, 'actions.mjs': 'export const execute = () => new Promise(() => {}); export const compensate = execute;' });
  const child = sagaward(t, cwd, RUN);
  await child.says(/a: attempt 1\n/);
  child.kill('SIGINT');
  await child.says(/cancelled/, 'stderr');
  child.kill('SIGINT');
  await child.says(/stopped/, 'stderr');
  child.kill('SIGINT');
  assert.equal((await child.ended).signal, 'SIGINT');
});

test('a saga that is left is recovered, and one that has ended is told of', async (t) => {
  const cwd = directory(t, { 'saga.json': chain, 'actions.mjs': actions({ hang: ['b'] }), 'well.mjs': actions() });
  const child = sagaward(t, cwd, [...RUN, '--journal', 'journal']);
  await child.says(/b: attempt 1\n/);
  child.kill('SIGKILL');
  await child.ended;
  const again = await sagaward(t, cwd, [...RUN, '--journal', 'journal']).ended;
  assert.equal(again.status, 2);
  assert.match(again.stderr, /has a saga 'work-1' already.*\n  sagaward recover journal work-1 --actions actions\.mjs\n/);
  const recovered = await sagaward(t, cwd, ['recover', 'journal', 'work-1', '--actions', 'well.mjs']).ended;
  assert.equal(recovered.status, 0);
  assert.match(recovered.stdout, /^work-1: recovered: goes on\nb: attempt 1 was lost with its process\nb: attempt 2\n/);
  assert.doesNotMatch(recovered.stdout, /^a:/m);
});

test('steps are called over HTTP', async (t) => {
  const calls = [];
  const server = createServer((request, response) => {
    calls.push(request.url);
    request.resume().on('end', () => {
      response.statusCode = request.url === '/api/c' ? 404 : 200;
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const cwd = directory(t, { 'saga.yaml': `{name: n, session_id: s, steps: [${['a', 'b', 'c'].map((id) => JSON.stringify(step(id)))}]}` });
  const { status, stdout } = await sagaward(t, cwd, ['run', 'saga.yaml', '--base-url', `http://127.0.0.1:${server.address().port}/api`, '--saga-id', 'mine']).ended;
  assert.equal(status, 3);
  assert.match(stdout, /c: attempt 1 failed: POST \/c answered 404/);
  assert.match(stdout, /^mine: rolled back$/m);
  assert.deepEqual(calls, ['/api/a', '/api/b', '/api/c', '/api/b/undo', '/api/a/undo']);
});

test('a module may bring all options of a run, and what it leaves behind does not keep the process', async (t) => {
  const module = `
    import { KillSwitch } from '${import.meta.resolve('sagaward')}';
    setInterval(() => {}, 1_000);
    const killSwitch = new KillSwitch();
    killSwitch.registerAgent('did:b', () => {});
    killSwitch.registerSubstitute('s', 'did:other');
    let begun;
    export default {
      killSwitch,
      nothingToUndo: ['a'],
      onRun(run) { begun = run; },
      onEvent(event) { if (event.type === 'agent_killed') console.error('seen', event.agent_did); },
      execute({ step_id, agent_did }, { signal }) {
        if (agent_did !== 'did:b') return begun.saga.sagaId;
        void killSwitch.kill({ agent_did, session_id: 's', reason: 'manual' });
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      },
      compensate() {},
    };
  `;
  const cwd = directory(t, { 'saga.json': chain, 'actions.mjs': module });
  const { status, stdout, stderr } = await sagaward(t, cwd, RUN).ended;
  assert.equal(status, 0, stderr);
  assert.equal(stderr, 'seen did:b\n');
  assert.match(stdout, /work-1: agent did:b killed \(kill:.*\)\n(.*\n)*b: handed from did:b to did:other\nb: attempt 2\n/);
});

test('the definition may come from standard input', async (t) => {
  const child = sagaward(t, directory(t, { 'actions.mjs': actions() }), ['run', '-', '--actions', 'actions.mjs', '--format', 'json']);
  child.input.end(JSON.stringify(chain));
  assert.equal((await child.ended).status, 0);
});

test('on a terminal each step has a line, drawn over', async (t) => {
  const cwd = directory(t, { 'saga.json': chain, 'actions.mjs': actions({ hang: ['b'] }) });
  const child = onTerminal(t, cwd, RUN);
  await child.says(/✔.* a .*committed/);
  await child.says(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏].* b .*executing/);
  child.input.write('\x03');
  await child.says(/SIGINT: cancelled/);
  const { status, stdout } = await child.ended;
  assert.equal(status, 3);
  const last = stdout.slice(stdout.lastIndexOf('work-1')).replaceAll(/\x1b\[[\d;?]*[a-zA-Z]|\r/g, '').replaceAll(/\d+(\.\d)? m?s\b/g, 'N ms');
  assert.equal(last, `work-1  rolled back, 0 of 3 steps committed, N ms: cancelled: interrupted
  ↺ a  compensated  N ms
  ↺ b  compensated  N ms
  · c  pending
`);
  assert.match(stdout, /\x1b\[\?25h[^\x1b]*$/, 'the cursor is back');
});

test('of many steps a terminal shows what it has room for', async (t) => {
  const steps = Array.from({ length: 50 }, (_, at) => step(`s${at}`));
  const cwd = directory(t, { 'saga.json': saga(steps), 'actions.mjs': actions({ hang: ['s30'] }) });
  const child = onTerminal(t, cwd, RUN, { rows: 10, columns: 40 });
  await child.says(/s30 .*executing[^]*… and 44 more steps/);
  child.kill('SIGKILL');
});

test('colour and redrawing are for terminals only', async (t) => {
  const cwd = directory(t, { 'saga.json': chain, 'actions.mjs': actions() });
  assert.doesNotMatch((await sagaward(t, cwd, RUN).ended).stdout, /\x1b/);
  assert.match((await sagaward(t, cwd, RUN, { env: { FORCE_COLOR: '1' } }).ended).stdout, /\x1b\[32msucceeded/);
  assert.doesNotMatch((await onTerminal(t, cwd, RUN, { TERM: 'dumb' }).ended).stdout, /\x1b/);
});

/** What `--dry-run` says of sagas. */
const plans = [
  [
    'a fork, a group, and what cannot be undone',
    saga(
      [step('build'), step('test', { depends_on: ['build'] }), step('scan', { depends_on: ['build'], undo_api: '' }), step('eu', { depends_on: ['test', 'scan'] }), step('us', { depends_on: ['test', 'scan'] }), step('announce')],
      { fan_out: [{ policy: 'any_must_succeed', branches: ['eu', 'us'] }] },
    ),
    [],
    `Order of work: 6 steps in 4 waves, at most 16 at a time
  1  build
  2  test, scan
  3  [eu, us: any_must_succeed]
  4  announce

If a step fails for good, and no other does, these are undone, in this order:
  build     nothing
  test      build; perhaps scan; cannot be undone: scan
  scan      build; perhaps test
  eu        nothing is undone: any_must_succeed is met without it
  us        nothing is undone: any_must_succeed is met without it
  announce  us, eu, scan, test, build; cannot be undone: scan

A failed step that may have had its effect (a timeout, a lost answer) is undone too, first of all.
`,
  ],
  [
    'a long list, one at a time, and what has no effect',
    saga(Array.from({ length: 15 }, (_, at) => step(`s${at}`, at === 0 ? { undo_api: '' } : {}))),
    ['--concurrency', '1', '--actions', 'actions.mjs'],
    `Order of work: 15 steps in 15 waves, at most 1 at a time
${Array.from({ length: 15 }, (_, at) => `  ${`${at + 1}`.padEnd(2)}  s${at}`).join('\n')}

If a step fails for good, and no other does, these are undone, in this order:
${Array.from({ length: 15 }, (_, at) => {
  const before = Array.from({ length: Math.min(at, 12) }, (_, back) => `s${at - 1 - back}`).join(', ');
  return `  ${`s${at}`.padEnd(3)}  ${at === 0 ? 'nothing' : before}${at > 12 ? ` and ${at - 12} more` : ''}`;
}).join('\n')}

A failed step that may have had its effect (a timeout, a lost answer) is undone too, first of all.
`,
  ],
];

for (const [what, definition, more, expected] of plans) {
  test(`a dry run plans ${what}`, async (t) => {
    const cwd = directory(t, { 'saga.json': definition, 'actions.mjs': actions({}, "export const nothingToUndo = ['s0'];") });
    const { status, stdout, stderr } = await sagaward(t, cwd, ['run', 'saga.json', '--dry-run', ...more]).ended;
    assert.equal(stdout, expected);
    assert.deepEqual([status, stderr], [0, '']);
  });
}

test('a dry run in json is the plan, and of an invalid definition there is none', async (t) => {
  const { plan } = await import('sagaward');
  const cwd = directory(t, { 'saga.json': chain, 'invalid.json': '{}' });
  const { stdout } = await sagaward(t, cwd, ['run', 'saga.json', '--dry-run', '--format', 'json']).ended;
  assert.deepEqual(JSON.parse(stdout), plan(chain));
  const invalid = await sagaward(t, cwd, ['run', 'invalid.json', '--dry-run', '--format', 'json']).ended;
  assert.equal(invalid.status, 1);
  assert.equal(JSON.parse(invalid.stdout).files[0].valid, false);
});
