import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import * as sagaward from 'sagaward';
import { IndexedDbJournal } from 'sagaward/browser';
import { FileJournal } from 'sagaward/node';
import * as slim from 'sagaward/slim';

const require = createRequire(import.meta.url);
const root = dirname(fileURLToPath(import.meta.resolve('sagaward/package.json')));
const manifest = require('sagaward/package.json');
const files = readdirSync(join(root, 'dist'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
const text = (file) => readFileSync(file, 'utf8');

test('nothing is installed beside it and nothing runs when it is', () => {
  assert.deepEqual([manifest.dependencies, manifest.peerDependencies, manifest.optionalDependencies], [undefined, undefined, undefined]);
  for (const hook of ['preinstall', 'install', 'postinstall', 'prepare']) assert.equal(manifest.scripts?.[hook], undefined);
});

test('its modules import only each other and, where they are for Node, its modules', () => {
  for (const file of files.filter((name) => name.endsWith('.js'))) {
    const forNode = /\/dist\/(cli(-[^/]+)?\.js$|node\/)/.test(file);
    for (const [, specifier] of text(file).matchAll(/^(?:import|export)\b[^'"=(\n]*['"]([^'"]+)['"]/gm)) {
      assert.match(specifier, forNode ? /^(\.{1,2}\/|node:)/ : /^\.{1,2}\//, `${file} imports ${specifier}`);
    }
  }
});

test('the module imports no clock, no randomness and no I/O: only how it makes values and throws errors', () => {
  const { imports } = WebAssembly.Module;
  const asked = imports(new WebAssembly.Module(readFileSync(join(root, 'dist/sagaward.wasm'))));
  const stems = asked.map(({ name }) => name.replace(/^__wb(g|indgen)_/, '').replace(/_[0-9a-f]{16}$/, '').replace(/^__wbindgen_/, ''));
  const values = ['errorOf', 'generic', 'init_externref_table', 'new', 'set', 'throw'];
  assert.deepEqual([...new Set(stems)].sort(), values);
  assert.deepEqual([...new Set(asked.map(({ module }) => module))], ['./sagaward_bg.js']);
});

test('every path of the exports map is a file of the package', () => {
  const targets = (entry) => (typeof entry === 'string' ? [entry] : Object.values(entry).flatMap(targets));
  for (const target of [...targets(manifest.exports), ...manifest.sideEffects, ...Object.values(manifest.bin)]) {
    assert.ok(existsSync(join(root, target)), `${target} is missing`);
  }
});

test('the types hide nothing behind any', () => {
  for (const file of files.filter((name) => name.endsWith('.d.ts'))) {
    const code = text(file).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    assert.deepEqual(code.match(/.*\bany\b.*/g) ?? [], [], file);
  }
});

test('no file tells where it was built', () => {
  const traces = [process.env.HOME, process.cwd().replace(/\/target\/.*/, '')].filter((place) => place && place !== '/');
  assert.ok(traces.length > 0);
  for (const file of files) {
    for (const trace of traces) assert.equal(readFileSync(file).includes(`${trace}/`), false, `${file} names ${trace}`);
  }
});

test('import, require and all entries share one instance', () => {
  const required = require('sagaward');
  for (const name of Object.keys(sagaward)) {
    assert.equal(required[name], sagaward[name], `${name} by require`);
    assert.equal(slim[name], sagaward[name], `${name} by slim`);
  }
  // Initialised by the default entry.
  assert.equal(slim.isValid({}), false);
  for (const Journal of [FileJournal, IndexedDbJournal]) assert.throws(() => new Journal(0), sagaward.SagawardError);
});

test('a process reads few files at its start, and who bundles the judge alone takes no part of a saga', async () => {
  const read = async (code) => {
    const { metafile } = await build({
      stdin: { contents: code, resolveDir: dirname(fileURLToPath(import.meta.url)) },
      ...{ bundle: true, write: false, metafile: true, format: 'esm', treeShaking: true, external: ['node:*'], logLevel: 'error' },
    });
    const [output] = Object.values(metafile.outputs);
    const name = (input) => input.replace(/^.*\/dist\//, '');
    return {
      read: Object.keys(metafile.inputs).filter((input) => input !== '<stdin>').map(name).sort(),
      taken: Object.entries(output.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([input]) => name(input)).sort(),
    };
  };
  const { read: files } = await read("import 'sagaward'");
  assert.deepEqual(files, ['core.js', 'errors.js', 'index.js', 'journal.js', 'validation.js']);
  const judge = await read("import { init, isValidText } from 'sagaward/slim'; console.log(init, isValidText)");
  assert.deepEqual(judge.taken, ['<stdin>', 'errors.js', 'slim.js', 'validation.js']);
});

test('the schema is one, deeply frozen, and the one that is published', () => {
  const { SAGA_DEFINITION_SCHEMA: schema } = sagaward;
  assert.deepEqual(schema, require('sagaward/schema.json'));
  const open = [];
  (function visit(value, place) {
    if (typeof value !== 'object' || value === null) return;
    if (!Object.isFrozen(value)) open.push(place);
    for (const [key, inner] of Object.entries(value)) visit(inner, `${place}/${key}`);
  })(schema, '');
  assert.deepEqual(open, []);
  assert.throws(() => { schema.properties.steps.minItems = 0; }, TypeError);
  assert.throws(() => { sagaward.VALID_ACTION_PREFIXES.push('own.'); }, TypeError);
});

test('importing compiles no WebAssembly, the first verdict does', async () => {
  const { Module } = WebAssembly;
  let compiled = 0;
  WebAssembly.Module = class extends Module {
    constructor(...given) {
      super(...given);
      compiled++;
    }
  };
  try {
    // The same files under another address: a second copy of the package.
    const copy = await importCopy();
    assert.equal(compiled, 0);
    assert.equal(copy.isValid({}), false);
    assert.equal(copy.isValid({}), false);
    assert.equal(compiled, 1);
  } finally {
    WebAssembly.Module = Module;
  }
});

async function importCopy() {
  const copy = mkdtempSync(join(tmpdir(), 'sagaward-'));
  try {
    cpSync(join(root, 'dist'), copy, { recursive: true });
    writeFileSync(join(copy, 'package.json'), '{ "type": "module" }');
    return await import(join(copy, 'index.js'));
  } finally {
    rmSync(copy, { recursive: true });
  }
}
