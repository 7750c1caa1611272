import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { conforming } from '../js/conformance.mjs';

const cpu = process.arch === 'arm64' ? 'aarch64' : process.arch;
const bun = join(process.env.SAGAWARD_RUNTIMES, `node_modules/@oven/bun-${process.platform}-${cpu}/bin/bun`);

test('the package conforms in Bun', () => {
  const script = fileURLToPath(new URL('./print.mjs', import.meta.url));
  assert.deepEqual(JSON.parse(execFileSync(bun, ['run', '--no-install', script], { encoding: 'utf8' })), conforming);
});
