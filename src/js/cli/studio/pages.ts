import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Page {
  readonly type: string;
  readonly content: Buffer;
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.md': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * The studio's files by the paths that they are asked for. A request is only ever looked up here,
 * so no path of a request reaches the file system.
 */
export function studioPages(): ReadonlyMap<string, Page> {
  const folder = fileURLToPath(new URL('studio/', import.meta.url));
  const pages = new Map<string, Page>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath ?? entry.path, entry.name);
    const path = `/${relative(folder, file).split(sep).join('/')}`;
    pages.set(path === '/index.html' ? '/' : path, { type: TYPES[extname(file)] ?? 'application/octet-stream', content: readFileSync(file) });
  }
  // The package has it once.
  pages.set('/assets/sagaward.wasm', { type: 'application/wasm', content: readFileSync(new URL('sagaward.wasm', import.meta.url)) });
  return pages;
}
