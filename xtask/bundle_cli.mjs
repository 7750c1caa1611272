// Writes <dist>/cli.js: `node xtask/bundle_cli.mjs <dist>` (default `dist`), run from the root of the repository.
// What the CLI needs besides the package goes into the bundle, so that the package keeps no dependency;
// the package itself stays outside, so that there is one wasm. What only some commands need lies in files
// beside it, <dist>/cli-*.js, so that the others start without.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { passOnLicences } from './licences.mjs';

const outdir = process.argv[2] ?? 'dist';
const { version } = JSON.parse(await readFile('package.json', 'utf8'));

const { metafile } = await build({
  entryPoints: { cli: 'src/js/cli/main.ts' },
  outdir,
  chunkNames: 'cli-[name]-[hash]',
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  minify: true,
  metafile: true,
  define: { VERSION: JSON.stringify(version) },
  banner: { js: '#!/usr/bin/env node' },
  plugins: [
    {
      // Of the documentation only the rules are ever printed.
      name: 'rules',
      setup({ onLoad }) {
        onLoad({ filter: /\.md$/ }, async ({ path }) => {
          const sections = (await readFile(path, 'utf8')).split(/^(?=## )/m);
          return { loader: 'text', contents: sections.filter((section) => /^## `[a-z0-9_]+`/.test(section)).join('') };
        });
      },
    },
    {
      name: 'package-stays-outside',
      setup({ onResolve }) {
        onResolve({ filter: /^(\.\.\/)+(slim|node\/\w+)\.js$/ }, ({ path }) => ({ path: path.replace(/^(\.\.\/)+/, './'), external: true }));
      },
    },
  ],
});

await passOnLicences(join(outdir, 'cli.js'), Object.keys(metafile.inputs));
