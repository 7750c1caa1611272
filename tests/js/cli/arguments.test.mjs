import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { command, inDirectory, sagaward, VALID, version, yaml } from './cli.mjs';

const WARNED = yaml('  - {id: a, action_id: deploy.x, agent: d, undo_api: ""}\n');
const UNDOLESS = yaml('  - {id: a, action_id: deploy.x, agent: d}\n');
const FOREIGN = yaml('  - {id: a, action_id: k8s.apply, agent: d, undo_api: /u}\n');
const BOTH = yaml('  - {id: a, action_id: nope, agent: d, undo_api: /u, timeout: 0}\n');

/** Each: the arguments, the document they are given after, the exit code, the rules found. */
const verdicts = [
  ['a valid definition', [], VALID, 0, []],
  ['an invalid one', [], '{', 1, ['invalid_json']],
  ['a warning', [], WARNED, 0, ['empty_undo_api']],
  ['a warning as an error', ['--warnings-as-errors'], WARNED, 1, ['empty_undo_api']],
  ['a rule switched off', ['--rule', 'empty_undo_api=off', '--warnings-as-errors'], WARNED, 0, []],
  ['a rule raised', ['--rule=empty_undo_api=error'], WARNED, 1, ['empty_undo_api']],
  ['a rule lowered', ['--rule', 'missing_undo_api=warning'], UNDOLESS, 0, ['missing_undo_api']],
  ['two rules', ['--rule', 'missing_undo_api=info', '--rule', 'duplicate_key=error'], UNDOLESS, 0, ['missing_undo_api']],
  ['an action of an unknown family', [], FOREIGN, 1, ['unknown_action_prefix']],
  ['an action of a family made known', ['--action-prefix', 'k8s.'], FOREIGN, 0, []],
  ['the usual families beside it', ['--action-prefix', 'k8s.'], VALID, 0, []],
  ['structure before meaning', [], BOTH, 1, ['minimum']],
  ['structure and meaning', ['--collect-all'], BOTH, 1, ['minimum', 'unknown_action_prefix']],
  ['a definition that is too long', ['--max-bytes', '10'], VALID, 1, ['document_too_large']],
];

for (const [name, args, document, status, rules] of verdicts) {
  test(`verdict on ${name}`, () => {
    const result = sagaward(['validate', '--format', 'json', ...args, 'saga'], { files: { saga: document } });
    assert.equal(result.stderr, '');
    assert.equal(result.status, status);
    assert.deepEqual(JSON.parse(result.stdout).files[0].diagnostics.map(({ rule }) => rule), rules);
  });
}

/** Each: arguments that make no sense, and what is said of them. */
const misuses = [
  [[], /say what to do/],
  [['valdate'], /no command "valdate"; there are validate, explain, run, recover, show and studio/],
  [['constructor'], /no command "constructor"/],
  [['validate'], /name a file, a directory, a glob/],
  [['validate', 'a.json', '--fromat', 'json'], /Unknown option '--fromat'/],
  [['validate', 'a.json', '--format', 'xml'], /--format is pretty, json, sarif, github; not "xml"/],
  [['validate', 'a.json', '--rule', 'duplicate_key'], /--rule takes NAME=LEVEL; not "duplicate_key"/],
  [['validate', 'a.json', '--rule', 'duplicate_kye=off'], /duplicate_kye/],
  [['validate', 'a.json', '--rule', 'duplicate_key=loud'], /loud/],
  [['validate', 'a.json', '--rule', 'required=off'], /required/],
  [['validate', 'a.json', '--max-bytes', '1e9'], /--max-bytes is a number from 1 to 999999999; not "1e9"/],
  [['explain', 'a', 'b'], /one rule at a time/],
];

for (const [args, message] of misuses) {
  test(`misuse: sagaward ${args.join(' ')}`, () => {
    const { status, stdout, stderr } = sagaward(args, { files: { 'a.json': VALID } });
    assert.equal(status, 2);
    assert.equal(stdout, '');
    assert.match(stderr, message);
    assert.match(stderr, /\nTry "sagaward --help"\.\n$/);
  });
}

test('help and version', () => {
  assert.equal(sagaward(['--version']).stdout, `${version}\n`);
  assert.match(sagaward(['--help']).stdout, /Usage: sagaward <command>/);
  assert.match(sagaward(['validate', '--help']).stdout, /Usage: sagaward validate \[options\]/);
  for (const verb of ['explain', 'run', 'recover', 'show', 'studio']) assert.match(sagaward([verb, '-h']).stdout, new RegExp(`Usage: sagaward ${verb} `));
});

/** Which files some arguments mean, below a tree with everything in it. */
const tree = {
  'b.json': VALID,
  'a.yaml': WARNED,
  'notes.txt': VALID,
  'sub/c.yml': WARNED,
  'sub/deep/d.json': VALID,
  'node_modules/x/e.json': VALID,
  '.hidden/f.json': VALID,
  '[g].json': VALID,
};
const selections = [
  [['.'], ['[g].json', 'a.yaml', 'b.json', 'sub/c.yml', 'sub/deep/d.json'], 0],
  [['sub/'], ['sub/c.yml', 'sub/deep/d.json'], 0],
  [['b.json', 'a.yaml', './b.json'], ['b.json', 'a.yaml'], 0],
  [['**/*.json'], ['[g].json', 'b.json', 'sub/deep/d.json'], 0],
  [['*.{yaml,txt}'], ['a.yaml', 'notes.txt'], 0],
  [['[g].json'], ['[g].json'], 0],
  [['--', 'notes.txt'], ['notes.txt'], 0],
  [['missing.json', 'b.json'], ['b.json'], 2, 'sagaward: missing.json: no such file or directory\n'],
  [['*.toml', 'b.json'], ['b.json'], 2, 'sagaward: *.toml: no file matches\n'],
  [['empty'], [], 2, 'sagaward: empty: holds no *.json, *.yaml or *.yml file\n'],
];

for (const [args, expected, status, stderr = ''] of selections) {
  test(`selection: ${args.join(' ')}`, () => {
    inDirectory(tree, (cwd) => {
      mkdirSync(join(cwd, 'empty'));
      symlinkSync('..', join(cwd, 'sub/loop'));
      const result = spawnSync(process.execPath, [command, 'validate', '--format=json', ...args], { cwd, encoding: 'utf8' });
      assert.deepEqual(JSON.parse(result.stdout).files.map(({ file }) => file), expected);
      assert.equal(result.stderr, stderr);
      assert.equal(result.status, status);
    });
  });
}

/** Each: what comes in, what it is called, how it is read. */
const inputs = [
  ['JSON', [], '{"name": }', /^<stdin>:1:10: error: .*\[invalid_json\]/],
  ['YAML', [], 'name: {', /^<stdin>:1:8: error: .*\[invalid_yaml\]/],
  ['JSON by name', ['--stdin-filename', 'x.json'], 'name: {', /^x\.json:1:1: error: .*\[invalid_json\]/],
  ['YAML by name', ['--stdin-filename', 'x.yaml'], '{name: }', /^x\.yaml:1:1: error: .*\[required\]/],
];

for (const [name, args, input, expected] of inputs) {
  test(`standard input: ${name}`, () => {
    const { status, stdout } = sagaward(['validate', ...args, '-'], { input });
    assert.equal(status, 1);
    assert.match(stdout, expected);
  });
}

test('no more is read of an endless file than a definition may have', () => {
  const { status, stdout } = sagaward(['validate', '/dev/zero']);
  assert.equal(status, 1);
  assert.match(stdout, /\[document_too_large\]/);
});

test('a reader that has seen enough ends it without a word', () => {
  const files = { 'saga.json': `{${Array(2_000).fill('"k": 1')}}` };
  inDirectory(files, (cwd) => {
    const line = `'${process.execPath}' '${command}' validate saga.json | head -n 1; echo "exit \${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', line], { cwd, encoding: 'utf8' });
    assert.equal(stderr, '');
    assert.match(stdout, /^saga\.json:1:1: error: .*\nexit 2\n$/);
  });
});
