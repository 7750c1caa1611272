// The licences of what is bundled ask to be passed on.
import { appendFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Puts the licence of every package whose modules went into a bundle at its end. */
export async function passOnLicences(outfile, modules) {
  const folders = new Set(modules.flatMap((module) => /\bnode_modules\/(?:@[^/]+\/)?[^/]+/.exec(module) ?? []));
  for (const folder of folders) {
    const { name, version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
    if (!file) throw new Error(`${name} has no licence file to pass on`);
    const licence = await readFile(join(folder, file), 'utf8');
    await appendFile(outfile, `\n/*! ${name} ${version}\n${licence.trim().replaceAll('*/', '* /')}\n*/\n`);
  }
}
