// How the package gets into a page: each way puts all that the page loads into a folder.
import { createHash } from 'node:crypto';
import { copyFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as esbuild from 'esbuild';
import { build } from 'vite';

const ENTRY = 'main.mjs';

export const ways = {
  async 'bundled by Vite'(page, folder) {
    await build({ configFile: false, root: page, logLevel: 'error', build: { outDir: folder, emptyOutDir: true } });
  },

  async 'bundled by esbuild'(page, folder) {
    await esbuild.build({ entryPoints: [join(page, ENTRY)], bundle: true, minify: true, format: 'esm', outfile: join(folder, ENTRY) });
    await copyFile(join(page, 'index.html'), join(folder, 'index.html'));
  },

  async 'bundled by webpack'(page, folder) {
    const { default: webpack } = await import('webpack');
    const stats = await promisify(webpack)({
      mode: 'production',
      entry: join(page, ENTRY),
      output: { path: folder, filename: ENTRY },
      performance: false,
    });
    if (stats.hasErrors() || stats.hasWarnings()) throw new Error(stats.toString());
    await copyFile(join(page, 'index.html'), join(folder, 'index.html'));
  },

  /** The files as they are published. The map is the page's one inline script: its hash goes into the policy. */
  async 'by an import map, without a bundler'(page, folder) {
    const root = dirname(fileURLToPath(import.meta.resolve('sagaward/package.json')));
    await cp(join(root, 'dist'), join(folder, 'sagaward'), { recursive: true });
    // The page imports from above its folder, and still finds itself at the root.
    for (const file of ['main.mjs', '../../../js/conformance.mjs']) {
      const place = join(folder, file.replaceAll('../', ''));
      await mkdir(dirname(place), { recursive: true });
      await copyFile(join(page, file), place);
    }
    const map = JSON.stringify({ imports: { sagaward: '/sagaward/index.js' } });
    const hash = createHash('sha256').update(map).digest('base64');
    const html = await readFile(join(page, 'index.html'), 'utf8');
    await writeFile(join(folder, 'index.html'), html
      .replace("script-src 'self'", `script-src 'self' 'sha256-${hash}'`)
      .replace('<script', `<script type="importmap">${map}</script>\n    <script`));
  },
};
