import { defineConfig } from 'vite';

import { rulesPage } from './build/rules-page.ts';
import { printSize } from './build/size.ts';
import { stateMachines } from './build/state-machines.ts';

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: ['chrome123', 'firefox121', 'safari17.5'],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    license: { fileName: 'licences.md' },
    rolldownOptions: {
      input: ['index.html', 'rules.html'].map((page) => `${import.meta.dirname}/${page}`),
      // The command line serves the package's own under this name.
      output: { assetFileNames: ({ names }) => `assets/[name]${names.includes('sagaward.wasm') ? '' : '-[hash]'}[extname]` },
    },
  },
  preview: { host: '127.0.0.1' },
  plugins: [rulesPage(), stateMachines(), printSize()],
});
