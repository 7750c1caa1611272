import { readFileSync } from 'node:fs';

/** The names of the differences that a section of docs/differences.md tells of. */
export function told(section) {
  const page = readFileSync(new URL('../../docs/differences.md', import.meta.url), 'utf8');
  const [, rest] = page.split(new RegExp(`^## ${section}$`, 'm'));
  return [...rest.split(/^## /m)[0].matchAll(/^\| \*\*(.+?)\*\* \|/gm)].map(([, name]) => name);
}
