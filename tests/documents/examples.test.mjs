// The code blocks of the documents that say ```js run or ```ts run are programs: each is run
// as a user would, beside the installed package, and those in TypeScript are compiled strictly.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const documents = ['README.md', ...readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)];
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');

// Below the project, so that the package is found by name.
mkdirSync(join(root, 'target'), { recursive: true });
const folder = mkdtempSync(join(root, 'target/examples-'));
after(() => rmSync(folder, { recursive: true }));

test('the README has examples', () => {
  assert.ok(examples('README.md').length > 0);
});

const programs = documents.flatMap((document) =>
  examples(document).map((example) => ({ ...example, document, file: join(folder, `${document.replace(/\W/g, '-')}-${example.line}`) })),
);

test('those in TypeScript are typed', () => {
  const typed = programs.filter(({ language }) => language === 'ts');
  for (const { file, code } of typed) writeFileSync(`${file}.mts`, code);
  const options = '--ignoreConfig --noEmit --strict --module nodenext --target es2022 --types node --lib es2022,dom,esnext.disposable'.split(' ');
  execFileSync(process.execPath, [tsc, ...options, ...typed.map(({ file }) => `${file}.mts`)], { encoding: 'utf8' });
});

for (const { document, line, language, code, file } of programs) {
  test(`${document}:${line} runs`, () => {
    writeFileSync(`${file}.mjs`, language === 'ts' ? transformSync(code, { loader: 'ts' }).code : code);
    execFileSync(process.execPath, [`${file}.mjs`], { cwd: root, encoding: 'utf8', timeout: 60_000 });
  });
}

function examples(document) {
  const path = join(root, document);
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return [...text.matchAll(/^```(js|ts) run\n([\s\S]*?)^```$/gm)].map(({ 1: language, 2: code, index }) => ({
    line: text.slice(0, index).split('\n').length,
    language,
    code,
  }));
}
