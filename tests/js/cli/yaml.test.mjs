import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judged, sagaward, yaml } from './cli.mjs';

const STEP = '  - {id: a, action_id: deploy.x, agent: d, undo_api: /u}\n';

/** Each: a document, and where what is found in it. */
const places = [
  ['a plain value', yaml('  - id: a\n    action_id: deploy.x\n    agent: d\n    undo_api: /u\n    timeout: soon  # later\n'), ['8:14-8:18 type']],
  ['a value in double quotes', yaml(STEP, 'metadata: ""\n'), ['3:11-3:13 type']],
  ['a value in single quotes', yaml(STEP, "metadata: ''\n"), ['3:11-3:13 type']],
  ['a block scalar', yaml(STEP, 'metadata: |\n  some\n  text\n'), ['4:3-5:7 type']],
  ['a value left out', yaml(STEP, 'saga_id:\nmetadata: {}\n'), ['3:9-3:9 type']],
  ['an item left out', yaml('  -\n'), ['4:4-4:4 type']],
  ['the key for an unknown key', yaml(STEP, '"fan_outs": []\n'), ['3:1-3:11 additional_properties']],
  ['the mapping for a missing key, in block style', yaml('  - id: a\n    action_id: deploy.x\n    undo_api: /u # end\n'), ['4:5-6:17 required']],
  ['the mapping for a missing key, in flow style', yaml('  - {id: a, action_id: deploy.x, # agent\n     undo_api: /u , }\n'), ['4:5-5:22 required']],
  ['a sequence in flow style', yaml(STEP, 'metadata: [1, [2], {a: b} ]  # end\n'), ['3:11-3:28 type']],
  ['a sequence in block style', yaml(STEP, 'metadata:\n  - 1\n  - - 2\n# end\n'), ['4:3-5:8 type']],
  ['the later of two equal keys is not ignored', yaml(STEP, 'saga_id: a\nsaga_id: b\n'), ['3:1-3:8 duplicate_key']],
  ['after wide characters, in UTF-16 units', yaml('  - {id: 🙂, action_id: deploy.x, agent: d, undo_api: /u, retries: 11}\n'), ['4:68-4:70 maximum']],
  ['lines that end in CRLF', yaml(STEP, 'metadata: ""\n').replaceAll('\n', '\r\n'), ['3:11-3:13 type']],
  ['a byte order mark before the first column', `\ufeff${yaml(STEP, 'metadata: ""\n')}`.replace('name', 'nom'), ['1:1-5:57 required', '1:1-1:4 additional_properties', '3:11-3:13 type']],
  ['after comments, directives and a document marker', `# c\n%YAML 1.2\n---\n${yaml(STEP, 'metadata: ""\n')}...\n# end\n`, ['6:11-6:13 type']],
];

const at = ({ line, column }) => `${line}:${column}`;
const placed = judged(places.map(([, text]) => text), 'yaml');

for (const [index, [name, , expected]] of places.entries()) {
  test(`the place of ${name}`, () => {
    const found = placed[index].diagnostics.map(({ rule, range: { start, end } }) => `${at(start)}-${at(end)} ${rule}`);
    assert.deepEqual(found, expected);
  });
}

/** Each: what YAML allows or forbids, and what is said of it. */
const refusals = [
  ['a tab as indentation', 'name: a\nsteps:\n\t- x\n', '3:1', /tab characters.*help: indent with spaces/],
  ['an unfinished sequence', 'name: [a\n', '2:1', /deficient indentation/],
  ['a value that must be quoted', 'name: a: b\n', '1:8', /bad indentation/],
  ['two documents', `${yaml(STEP)}---\n${yaml(STEP)}`, '6:1', /a second document starts here.*help: .*a file of its own/],
  ['a second document that is empty', `${yaml(STEP)}---\n`, '5:1', /a second document starts here/],
  ['no document', '# to do\n', '1:1', /nothing in the file/],
  ['a mapping as a key', '? {a: b}\n: c\n', '1:3', /a key must be a plain string/],
  ['a tag without meaning', 'name: !secret x\n', '1:15', /the tag !secret has no meaning/],
  ['a tag that does not fit', 'retries: !!int x\n', '1:16', /"x" is no !!int/],
  ['a tag on a value left out', 'retries: !!int\n', '1:10', /"" is no !!int/],
  ['infinity', 'retries: .inf\n', '1:10', /\.inf is not a finite number/],
  ['a number too large', 'retries: 1e400\n', '1:10', /1e400 is not a finite number/],
  ['half a surrogate pair', 'name: "\\ud800"\n', '1:7', /half of a surrogate pair/],
  ['an alias without an anchor', 'name: *a\n', '1:7', /\*a has no anchor/],
  ['an alias that holds itself', 'steps: &a [*a]\n', '1:12', /\*a holds itself/],
  ['a merge of no mapping', '<<: 3\n', '1:5', /only a mapping can be merged/],
  ['a NUL', 'name: a\0\n', '1:8', /null byte/],
  ['nesting without end', '['.repeat(100_000), '1:128', /nested too deep/],
  ['bytes that are not UTF-8', Buffer.concat([Buffer.from('name: \ufffd caf'), Buffer.from([0xe9])]), '1:12', /not UTF-8 here.*help: save the file as UTF-8/],
  ['UTF-16', Buffer.from('\ufeffname: a\n', 'utf16le'), '1:1', /not UTF-8 here/],
];

const refused = judged(refusals.map(([, text]) => text), 'yaml');

for (const [index, [name, , place, words]] of refusals.entries()) {
  test(`${name} is refused`, () => {
    const { valid, diagnostics } = refused[index];
    assert.equal(valid, false);
    const [{ rule, severity, message, help, range }] = diagnostics;
    assert.deepEqual([rule, severity, at(range.start)], ['invalid_yaml', 'error', place]);
    assert.match(`${message} help: ${help}`, words);
  });
}

/** Each: a document that stands for a saga without a fault. */
const meanings = [
  ['the core schema', yaml('  - {id: a, action_id: deploy.x, agent: yes, undo_api: /u, timeout: 0x10, retries: 2.0, checkpoint_goal: ~}\n')],
  ['tags that say what is so anyway', yaml('  - !!map {id: !!str 1, action_id: deploy.x, agent: ! 2, undo_api: /u, timeout: !!int "3"}\n')],
  ['aliases', yaml('  - {id: &id a, action_id: &do deploy.x, agent: d, undo_api: /u}\n  - {id: b, action_id: *do, agent: d, undo_api: /u, depends_on: [*id]}\n')],
  ['an anchor given anew', yaml('  - {id: &id a, action_id: deploy.x, agent: d, undo_api: /u}\n  - {id: &id b, action_id: deploy.x, agent: d, undo_api: /u}\n  - {id: c, action_id: deploy.x, agent: d, undo_api: /u, depends_on: [*id]}\n')],
  ['merged keys, own keys first', yaml('  - &base {id: a, action_id: deploy.x, agent: d, undo_api: /u}\n  - <<: *base\n    id: b\n  - {id: c, <<: [{timeout: 5}, *base, {timeout: x}]}\n')],
  ['merged keys that merge', yaml('  - &a {id: a, action_id: deploy.x, agent: d}\n  - &b {<<: *a, id: b, undo_api: /u}\n  - {<<: *b, id: c}\n').replace('agent: d}', 'agent: d, undo_api: /v}')],
  ['JSON', '{"name": "a", "session_id": "s", "steps": [{"id": "a", "action_id": "deploy.x", "agent": "d", "undo_api": "/\\u0075"}]}'],
];

const meant = judged(meanings.map(([, text]) => text), 'yml');

for (const [index, [name]] of meanings.entries()) {
  test(`the meaning of ${name}`, () => assert.deepEqual(meant[index].diagnostics, []));
}

test('a finding behind an alias names the way in', () => {
  const text = yaml('  - &a {id: a, action_id: nope, agent: d, undo_api: /u}\n  - {<<: *a, id: b}\n');
  const { stdout } = sagaward(['validate', 'saga.yaml'], { files: { 'saga.yaml': text } });
  assert.match(stdout, /saga\.yaml:4:27: error: Step 'b'.*\n(.*\n){2,3}\s+= saga\.yaml:5:10: used through this alias\n/);
});

const nest = (open, close) => Array.from({ length: 60 }, (_, level) => `a${level}: &a${level} ${open}${level ? Array(9).fill(`*a${level - 1}`).join() : 1}${close}\n`).join('');

/** Each: a document that means far more than it says; all end at the limit, soon. */
const bombs = [
  ['aliases of aliases', nest('[', ']'), 'document_too_large'],
  ['a chain of aliases', Array.from({ length: 50_000 }, (_, at) => `a${at}: &a${at} [${at ? `*a${at - 1}` : ''}]\n`).join(''), 'document_too_large'],
  ['a chain of merges', Array.from({ length: 50_000 }, (_, at) => `a${at}: &a${at} {${at ? `<<: *a${at - 1}` : ''}}\n`).join(''), 'invalid_yaml'],
  ['merges of one list', `m: &m {a: 1}\nl: &l [${Array(1_000).fill('*m')}]\n${Array.from({ length: 1_000 }, (_, at) => `a${at}: {<<: *l}\n`).join('')}`, 'invalid_yaml'],
  ['items left out', `name: a\nsession_id: s\nsteps:\n${'-\n'.repeat(50_000)}`, 'type'],
  ['comments', `name: [a, ${'# '.repeat(50_000)}\n !!str ]\n`, 'type'],
];

const defused = judged(bombs.map(([, text]) => text), 'yaml');

for (const [index, [name, , rule]] of bombs.entries()) {
  test(`a bomb of ${name} does not go off`, () => {
    assert.ok(defused[index].diagnostics.some((finding) => finding.rule === rule));
  });
}
