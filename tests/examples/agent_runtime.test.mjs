import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const program = fileURLToPath(new URL('../../examples/agent-runtime/runtime.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'agent-runtime-'));
after(() => rmSync(folder, { recursive: true }));

const source = join(folder, 'source');
const PAGE = '<p>hello</p>\n';
cpSync(fileURLToPath(new URL('../../examples/page', import.meta.url)), source, { recursive: true });
writeFileSync(join(source, 'index.html'), PAGE);

/** Runs the program as an operator does, who answers lines that match with others. */
async function operate(name, answers, ...options) {
  const workspace = join(folder, name);
  const child = spawn(process.execPath, [program, source, workspace, ...options], { stdio: ['pipe', 'pipe', 'inherit'], timeout: 60_000 });
  const exit = once(child, 'exit');
  const lines = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    for (const [pattern, answer] of answers) if (pattern.test(line)) child.stdin.write(`${answer}\n`);
  }
  const [code] = await exit;
  return { code, lines, site: join(workspace, 'site'), staging: join(workspace, 'staging') };
}

const drifts = ['--drifting', 'did:mesh:compressor'];
const atWork = /^compress: at work is did:mesh:compressor, process (\d+)$/;

function assertReleased(site) {
  assert.deepEqual(readdirSync(site).sort(), ['SHA256SUMS', 'index.html', 'index.html.gz', 'page.css', 'page.mjs']);
  assert.equal(gunzipSync(readFileSync(join(site, 'index.html.gz'))).toString(), PAGE);
  assert.equal(readFileSync(join(site, 'SHA256SUMS'), 'utf8'), `${createHash('sha256').update(PAGE).digest('hex')}  index.html\n`);
}

/** No process of that id is left, in an endless loop or not. */
function assertGone(lines) {
  const [, pid] = lines.map((line) => atWork.exec(line)).find(Boolean);
  assert.throws(() => process.kill(Number(pid), 0), { code: 'ESRCH' });
}

test('agents release a site', async () => {
  const { code, lines, site } = await operate('quiet', []);
  assert.deepEqual([code, lines.at(-1)], [0, 'Release the web site: succeeded']);
  assertReleased(site);
});

test('the operator kills an agent in an endless loop: it is gone, and its standby finishes', async () => {
  const { code, lines, site } = await operate('killed', [[atWork, 'kill did:mesh:compressor']], ...drifts);
  assert.deepEqual([code, lines.at(-1)], [0, 'Release the web site: succeeded']);
  assert.ok(lines.includes('did:mesh:compressor is gone (confirmed)'));
  assert.ok(lines.includes('  compress: handed_off to did:mesh:compressor-standby'));
  assertReleased(site);
  assertGone(lines);
});

test('where the standby was killed before, all that was done is undone', async () => {
  const answers = [[atWork, 'kill did:mesh:compressor-standby'], [/^did:mesh:compressor-standby is gone/, 'kill did:mesh:compressor']];
  const { code, lines, site, staging } = await operate('undone', answers, ...drifts);
  assert.equal(code, 1);
  assert.match(lines.at(-1), /^Release the web site: rolled_back \(/);
  assert.ok(lines.includes('  compress: compensated'));
  assert.deepEqual([existsSync(site), existsSync(staging)], [false, false]);
  assertGone(lines);
});

test('whom the operator may kill is said to one who asks for another', async () => {
  const { lines } = await operate('asked', [[atWork, 'kill nobody'], [/^kill one of/, 'kill did:mesh:compressor']], ...drifts);
  assert.ok(lines.some((line) => line.startsWith('kill one of: did:mesh:collector, did:mesh:collector-standby, ')));
});
