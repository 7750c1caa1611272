// What agents can do, and how it is undone, by action_id. An action may be asked for again after it was done, in whole or in
// part, and an undo where nothing was done: each brings about a state, whatever was there before.
import { createHash } from 'node:crypto';
import { cp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const CHECKSUMS = 'SHA256SUMS';

export const actions = {
  'data.collect': {
    execute: ({ source, staging }) => cp(source, staging, { recursive: true }),
    undo: ({ staging }) => remove(staging),
  },
  'data.compress': {
    async execute({ staging }) {
      const files = await pages(staging);
      for (const file of files) await write(`${file}.gz`, await promisify(gzip)(await readFile(file)));
      return { compressed: files.length };
    },
    async undo({ staging }) {
      for (const file of await pages(staging)) await remove(`${file}.gz`);
    },
  },
  'validate.checksums': {
    async execute({ staging }) {
      const lines = [];
      for (const file of await pages(staging)) {
        const sum = createHash('sha256').update(await readFile(file)).digest('hex');
        lines.push(`${sum}  ${file.slice(staging.length + 1)}\n`);
      }
      await write(join(staging, CHECKSUMS), lines.join(''));
    },
    undo: ({ staging }) => remove(join(staging, CHECKSUMS)),
  },
  'deploy.publish': {
    async execute({ staging, site }) {
      const next = `${site}.next`;
      await remove(next);
      await cp(staging, next, { recursive: true });
      await remove(site);
      await rename(next, site);
    },
    undo: ({ site }) => remove(site),
  },
};

/** Whoever reads the file sees all of it or none: a killed agent leaves no half behind. */
async function write(file, content) {
  await writeFile(`${file}.part`, content);
  await rename(`${file}.part`, file);
}

async function pages(folder) {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => name.endsWith('.html')).sort().map((name) => join(folder, name));
}

function remove(path) {
  return rm(path, { recursive: true, force: true });
}
