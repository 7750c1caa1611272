// Writes <dist>/browser/index.js over what the compiler wrote: `node xtask/bundle_browser.mjs <dist>` (default `dist`).
// `idb` goes into it, so that the package keeps no dependency; the rest of the package stays outside, so that there is one of it.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { passOnLicences } from './licences.mjs';

const folder = join(process.argv[2] ?? 'dist', 'browser');
const outfile = join(folder, 'index.js');
const { metafile } = await build({
  entryPoints: ['src/js/browser/index.ts'],
  outfile,
  bundle: true,
  platform: 'browser',
  format: 'esm',
  target: 'es2022',
  metafile: true,
  plugins: [
    {
      name: 'package-stays-outside',
      setup({ onResolve }) {
        onResolve({ filter: /^\.\.\// }, ({ path }) => ({ path, external: true }));
      },
    },
  ],
});
await passOnLicences(outfile, metafile);
// It is in the bundle.
await rm(join(folder, 'indexed_db_journal.js'));
