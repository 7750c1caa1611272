import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { conforming } from '../js/conformance.mjs';

const require = createRequire(import.meta.url);
const deno = join(dirname(require.resolve('deno/package.json')), 'bin.cjs');
const cache = mkdtempSync(join(tmpdir(), 'deno-'));
after(() => rmSync(cache, { recursive: true }));

test('the package conforms in Deno, which grants it nothing', () => {
  const script = fileURLToPath(new URL('./print.mjs', import.meta.url));
  const output = execFileSync(process.execPath, [deno, 'run', '--no-prompt', '--no-remote', script], {
    encoding: 'utf8',
    env: { ...process.env, DENO_DIR: cache, DENO_NO_UPDATE_CHECK: '1' },
  });
  assert.deepEqual(JSON.parse(output), conforming);
});
