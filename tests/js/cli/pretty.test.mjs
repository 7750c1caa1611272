import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { command, inDirectory, sagaward, VALID, yaml } from './cli.mjs';

const cases = [
  {
    name: 'nothing wrong',
    files: { 'a.json': VALID, 'b.json': VALID },
    args: ['a.json', 'b.json'],
    status: 0,
    stdout: '2 files checked, all valid\n',
  },
  {
    name: 'findings as a reader meets them, the place marked, help below',
    files: {
      'saga.json': `{
  "name": "release",
  "session_id": "s",
  "fan_outs": [],
  "steps": [
    { "id": "a", "action_id": "deploy.x", "agent": "d", "timeout": 0 }
  ]
}
`,
    },
    args: ['saga.json'],
    status: 1,
    stdout: `saga.json:4:3: error: Additional properties are not allowed ('fan_outs' was unexpected) [additional_properties]
 4 |   "fan_outs": [],
   |   ^^^^^^^^^^
   = help: did you mean "fan_out"?
saga.json:6:68: error: 0 is less than the minimum of 1 [minimum]
 6 |     { "id": "a", "action_id": "deploy.x", "agent": "d", "timeout": 0 }
   |                                                                    ^
1 file checked, 1 invalid: 2 errors
`,
  },
  {
    name: 'YAML, and the other place of a duplicate',
    files: {
      'saga.yaml': yaml(`
  - id: build   # first
    action_id: deploy.build
    agent: did:agent:1
    undo_api: /u
  - {id: "build", action_id: deploy.x, agent: a, undo_api: /v}
`),
    },
    args: ['saga.yaml'],
    status: 1,
    stdout: `saga.yaml:9:10: error: Duplicate step ID: 'build' [duplicate_step_id]
 9 |   - {id: "build", action_id: deploy.x, agent: a, undo_api: /v}
   |          ^^^^^^^
   = help: give each step an id of its own
   = saga.yaml:5:9: the first step with this id
1 file checked, 1 invalid: 1 error
`,
  },
  {
    name: 'a warning leaves the file valid',
    files: { 'saga.yaml': yaml('  - {id: a, action_id: deploy.x, agent: d, undo_api: ""}\n') },
    args: ['saga.yaml'],
    status: 0,
    stdout: `saga.yaml:4:54: warning: Step 'a': 'undo_api' is empty [empty_undo_api]
 4 |   - {id: a, action_id: deploy.x, agent: d, undo_api: ""}
   |                                                      ^^
   = help: name the endpoint that undoes this step
1 file checked, all valid: 1 warning
`,
  },
  {
    name: 'tabs and wide characters before the place, wide characters under the mark',
    files: { 'saga.json': '{\t"日本": "👩‍👩‍👧", "name":\t"", "🙂": 1}' },
    args: ['saga.json'],
    status: 1,
    marks: [
      ['{    "日本": "👩‍👩‍👧", "name":    "", "🙂": 1}', ' '.repeat(5) + '^'.repeat(6)],
      ['{    "日本": "👩‍👩‍👧", "name":    "", "🙂": 1}', ' '.repeat(30) + '^^'],
    ],
  },
  {
    name: 'what a terminal would act on is shown instead',
    files: { 'saga.yaml': 'name: "\\e[31m"\n\u202e: \u009b2J\n' },
    args: ['saga.yaml'],
    status: 1,
    absent: /[\u001b\u009b\u202e]/,
  },
  {
    name: 'of a minified document, only what is around the place',
    files: { 'saga.json': `{"metadata": {"${'x'.repeat(100_000)}": 1}, "nmae": 1, "${'y'.repeat(100_000)}": 1}` },
    args: ['saga.json'],
    status: 1,
    longest: 300,
  },
];

for (const { name, files, args, status, stdout, marks, absent, longest } of cases) {
  test(name, () => {
    const result = sagaward(['validate', ...args], { files });
    assert.equal(result.stderr, '');
    assert.equal(result.status, status);
    if (stdout !== undefined) assert.equal(result.stdout, stdout);
    for (const [line, mark] of marks ?? []) assert.ok(result.stdout.includes(` | ${line}\n   | ${mark}\n`), result.stdout);
    if (absent) assert.doesNotMatch(result.stdout, absent);
    if (longest) assert.ok(Math.max(...result.stdout.split('\n').map((line) => line.length)) <= longest);
  });
}

const colour = /\u001b\[/;
const colours = [
  { name: 'none in a pipe', env: {}, coloured: false },
  { name: 'some in a pipe when forced', env: { FORCE_COLOR: '1' }, coloured: true },
  { name: 'none in a pipe when forced off', env: { FORCE_COLOR: '0' }, coloured: false },
  { name: 'some on a terminal', env: { TERM: 'xterm' }, terminal: true, coloured: true },
  { name: 'none on a terminal that has none', env: { TERM: 'dumb' }, terminal: true, coloured: false },
  { name: 'none on a terminal with NO_COLOR', env: { TERM: 'xterm', NO_COLOR: '1' }, terminal: true, coloured: false },
];

for (const { name, env, terminal = false, coloured } of colours) {
  test(`colours: ${name}`, () => {
    const files = { 'saga.json': '{}' };
    const { stdout } = terminal ? onTerminal(files, env) : sagaward(['validate', 'saga.json'], { files, env });
    assert.match(stdout, /saga\.json:1:1/);
    assert.equal(colour.test(stdout), coloured, stdout);
  });
}

function onTerminal(files, env) {
  return inDirectory(files, (cwd) => {
    const { PATH } = process.env;
    const line = `'${process.execPath}' '${command}' validate saga.json`;
    return spawnSync('script', ['-qec', line, '/dev/null'], { cwd, env: { PATH, ...env }, encoding: 'utf8' });
  });
}
