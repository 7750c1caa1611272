import { defineConfig } from 'vite';

import { rulesPage } from './build/rules-page.ts';
import { printSize } from './build/size.ts';

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: ['chrome123', 'firefox121', 'safari17.5'],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: { input: ['index.html', 'rules.html'].map((page) => `${import.meta.dirname}/${page}`) },
  },
  preview: { host: '127.0.0.1' },
  plugins: [rulesPage(), printSize()],
});
