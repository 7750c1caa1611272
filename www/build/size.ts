import { gzipSync } from 'node:zlib';

import type { Plugin } from 'vite';

const LIMIT_KB = 250;

/** Prints what a visit to the studio loads, and warns when that is too much. */
export function printSize(): Plugin {
  return {
    name: 'size',
    apply: 'build',
    writeBundle(_, bundle) {
      // The page of the rules is another one.
      const sizes = Object.values(bundle).filter(({ fileName }) => !fileName.includes('rules')).map((file) => gzipSync(file.type === 'chunk' ? file.code : file.source).length);
      const total = sizes.reduce((sum, size) => sum + size, 0) / 1000;
      const line = `the studio is ${total.toFixed(0)} KB gzip in total; it should stay under ${LIMIT_KB} KB`;
      if (total > LIMIT_KB) this.warn(line);
      else this.info(line);
    },
  };
}
