// Runs the installed package's command in an empty directory that holds the given files.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const manifest = fileURLToPath(import.meta.resolve('sagaward/package.json'));
export const { version, bin } = JSON.parse(await readFile(manifest, 'utf8'));
export const command = join(dirname(manifest), bin.sagaward);

const { NO_COLOR, FORCE_COLOR, GITHUB_WORKSPACE, ...environment } = process.env;

export function inDirectory(files, use) {
  const directory = mkdtempSync(join(tmpdir(), 'sagaward-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, name)), { recursive: true });
      writeFileSync(join(directory, name), content);
    }
    return use(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

export function sagaward(args, { files = {}, input, env } = {}) {
  return inDirectory(files, (cwd) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], {
      cwd,
      input,
      env: { ...environment, ...env },
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      timeout: 60_000,
    });
    return { status, stdout, stderr };
  });
}

/** What one run finds in each of some documents, in their order. */
export function judged(documents, extension) {
  const names = documents.map((_, at) => `${String(at).padStart(3, '0')}.${extension}`);
  const files = Object.fromEntries(documents.map((document, at) => [names[at], document]));
  const { stdout } = sagaward(['validate', '--format', 'json', ...names], { files });
  return JSON.parse(stdout).files;
}

export const VALID = JSON.stringify({
  name: 'release',
  session_id: 'session:1',
  steps: [{ id: 'build', action_id: 'deploy.build', agent: 'did:agent:1', execute_api: '/build', undo_api: '/unbuild' }],
});

/** A saga in YAML, its steps and whatever else given. */
export const yaml = (steps, rest = '') => `name: release\nsession_id: s\n${rest}steps:\n${steps}`;
