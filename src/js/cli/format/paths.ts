import { relative, resolve, sep } from 'node:path';

/** A file as code hosts name it: from the root of the repository when they say where that is. */
export function repositoryPath(file: string): string {
  const root = process.env.GITHUB_WORKSPACE ?? process.cwd();
  return relative(root, resolve(file)).replaceAll(sep, '/');
}
