import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sagaward, VALID, version, yaml } from './cli.mjs';

const TWINS = yaml('  - {id: a, action_id: deploy.x, agent: d, undo_api: /u}\n  - {id: a, action_id: deploy.x, agent: d, undo_api: ""}\n');
const files = { 'ok.json': VALID, 'a dir/ä#,:%.yaml': TWINS };
const names = ['ok.json', 'a dir/ä#,:%.yaml'];

const run = (format, args = names, options = {}) => sagaward(['validate', '--format', format, ...args], { files, ...options });

const range = (line, column, endColumn, offset) => ({
  start: { line, column, offset },
  end: { line, column: endColumn, offset: offset + endColumn - column },
});

test('json: the library\'s diagnostics, their places in the source', () => {
  const { status, stdout } = run('json', [...names, 'missing.json']);
  assert.equal(status, 2);
  const { valid, files: [ok, twins], failures } = JSON.parse(stdout);
  assert.equal(valid, false);
  assert.deepEqual(ok, { file: 'ok.json', valid: true, truncated: false, diagnostics: [] });
  assert.deepEqual(failures, [{ file: 'missing.json', problem: 'no such file or directory' }]);
  const [duplicate, empty] = twins.diagnostics;
  assert.deepEqual(duplicate, {
    rule: 'duplicate_step_id',
    severity: 'error',
    message: "Duplicate step ID: 'a'",
    path: ['steps', 1, 'id'],
    pointer: '/steps/1/id',
    step_id: 'a',
    range: range(5, 10, 11, 101),
    help: 'give each step an id of its own',
    related: [{ message: 'the first step with this id', path: ['steps', 0, 'id'], range: range(4, 10, 11, 44) }],
  });
  assert.deepEqual([empty.rule, empty.severity], ['empty_undo_api', 'warning']);
});

test('github: one command a finding, escaped', () => {
  const { status, stdout } = run('github');
  assert.equal(status, 1);
  assert.equal(
    stdout,
    "::error file=a dir/ä#%2C%3A%25.yaml,line=5,endLine=5,col=10,endColumn=11,title=sagaward duplicate_step_id::Duplicate step ID: 'a'%0Ahelp: give each step an id of its own\n" +
      "::warning file=a dir/ä#%2C%3A%25.yaml,line=5,endLine=5,col=54,endColumn=56,title=sagaward empty_undo_api::Step 'a': 'undo_api' is empty%0Ahelp: name the endpoint that undoes this step\n",
  );
});

test('github: no columns over lines, an info is a notice', () => {
  const document = yaml('  - id: a\n    action_id: deploy.x\n    agent: d\n');
  const { stdout } = sagaward(['validate', '--format=github', '--rule=missing_undo_api=info', 'a.yaml'], { files: { 'a.yaml': document } });
  assert.match(stdout, /^::notice file=a\.yaml,line=4,endLine=6,title=sagaward missing_undo_api::/);
});

test('github and sarif: paths from the root of the workspace', () => {
  const env = { GITHUB_WORKSPACE: '/' };
  assert.match(run('github', undefined, { env }).stdout, /file=[^/].*\/sagaward-\w+\/a dir\//);
  assert.match(run('sarif', undefined, { env }).stdout, /"uri": "[^/"]+\/.*sagaward-\w+\/a%20dir\//);
});

test('sarif: results, their rules and places', () => {
  const { status, stdout } = run('sarif');
  assert.equal(status, 1);
  const { $schema, version: format, runs: [{ tool: { driver }, columnKind, invocations, results }] } = JSON.parse(stdout);
  assert.match($schema, /sarif-2\.1\.0/);
  assert.equal(format, '2.1.0');
  assert.equal(columnKind, 'utf16CodeUnits');
  assert.deepEqual([driver.name, driver.version], ['sagaward', version]);
  assert.deepEqual(invocations, [{ executionSuccessful: true, toolExecutionNotifications: [] }]);

  assert.deepEqual(driver.rules.map(({ id }) => id), ['duplicate_step_id', 'empty_undo_api']);
  for (const { shortDescription, help } of driver.rules) {
    assert.match(shortDescription.text, /^[A-Z`].*\.$/);
    assert.match(help.markdown, /^## `/);
    assert.ok(help.text);
  }

  const place = (line, from, to) => ({
    artifactLocation: { uri: 'a%20dir/%C3%A4%23%2C%3A%25.yaml' },
    region: { startLine: line, startColumn: from, endLine: line, endColumn: to },
  });
  assert.deepEqual(results[0], {
    ruleId: 'duplicate_step_id',
    ruleIndex: 0,
    level: 'error',
    message: { text: "Duplicate step ID: 'a'\nhelp: give each step an id of its own" },
    locations: [{ physicalLocation: place(5, 10, 11), logicalLocations: [{ fullyQualifiedName: '/steps/1/id' }] }],
    relatedLocations: [{ id: 0, physicalLocation: place(4, 10, 11), message: { text: 'the first step with this id' } }],
  });
  assert.deepEqual([results[1].ruleIndex, results[1].level], [1, 'warning']);
});

test('sarif: what cannot be read is a notification', () => {
  const { status, stdout } = run('sarif', ['missing.json']);
  assert.equal(status, 2);
  const [{ executionSuccessful, toolExecutionNotifications: [notification] }] = JSON.parse(stdout).runs[0].invocations;
  assert.equal(executionSuccessful, false);
  assert.equal(notification.message.text, 'no such file or directory');
  assert.equal(notification.locations[0].physicalLocation.artifactLocation.uri, 'missing.json');
});
