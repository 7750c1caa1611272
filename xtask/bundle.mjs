// Writes the face's modules into few files: `node xtask/bundle.mjs <compiled> <dist>`, run from the root of the repository.
// Each file costs a process about a millisecond at its start. All entries share the files below, so that there is one of
// every class and one WebAssembly; and what is only judged by takes a file of its own, so that bundlers can drop the rest.
import { join, relative, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { passOnLicences } from './licences.mjs';

const [compiled, dist] = process.argv.slice(2).map((folder) => resolve(folder));
const entries = [
  'index',
  'index.workerd',
  'index.edge-light',
  'slim',
  'node/index',
  'browser/index',
  // The CLI, a bundle of its own, watches journals by these.
  'node/file_journal_faults',
  'node/file_journal_lines',
  'node/file_journal_reading',
];
// A module goes to the first that takes it.
const shared = [
  { name: 'errors', takes: /^(errors|arguments)$/ },
  { name: 'validation', takes: /^(constants|encode|module|validation|validator)$/ },
  { name: 'journal', takes: /^journal\/journal$/ },
  { name: 'core', takes: /^(?!node\/)/ },
];

const bundle = await rolldown({
  cwd: compiled,
  input: Object.fromEntries(entries.map((entry) => [entry, `./${entry}.js`])),
  external: [/^node:/, /\.wasm(\?module)?$/],
  platform: 'neutral',
  resolve: { mainFields: ['module', 'main'] },
});
const { output } = await bundle.write({
  dir: dist,
  entryFileNames: '[name].js',
  chunkFileNames: '[name].js',
  minifyInternalExports: false,
  codeSplitting: {
    groups: shared.map(({ name, takes }, index) => ({
      name,
      test: (id) => takes.test(relative(compiled, id).replace(/\.js$/, '')),
      priority: shared.length - index,
      minShareCount: 2,
    })),
  },
});
await bundle.close();

for (const { fileName, moduleIds } of output) await passOnLicences(join(dist, fileName), moduleIds);
