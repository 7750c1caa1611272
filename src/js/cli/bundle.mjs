// Writes <dist>/cli.js: `node src/js/cli/bundle.mjs <dist>` (default `dist`), run from the root of the repository.
// What the CLI needs besides the package goes into the bundle, so that the package keeps no dependency;
// the package itself stays outside, so that there is one wasm.
import { appendFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const outfile = join(process.argv[2] ?? 'dist', 'cli.js');
const { version } = JSON.parse(await readFile('package.json', 'utf8'));

const { metafile } = await build({
  entryPoints: ['src/js/cli/main.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  minify: true,
  metafile: true,
  loader: { '.md': 'text' },
  define: { VERSION: JSON.stringify(version) },
  banner: { js: '#!/usr/bin/env node' },
  plugins: [
    {
      name: 'package-stays-outside',
      setup({ onResolve }) {
        onResolve({ filter: /^\.\.\/slim\.js$/ }, () => ({ path: './slim.js', external: true }));
      },
    },
  ],
});

// The licences of what is bundled ask to be passed on.
const folders = new Set(Object.keys(metafile.inputs).flatMap((input) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input) ?? []));
for (const folder of folders) {
  const { name, version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file) throw new Error(`${name} has no licence file to pass on`);
  const licence = await readFile(join(folder, file), 'utf8');
  await appendFile(outfile, `\n/*! ${name} ${version}\n${licence.trim().replaceAll('*/', '* /')}\n*/\n`);
}
