// `npm run bench [-- --write] [-- words of a row's name]`: times sagaward beside its peers; `--write` renews docs/benchmarks.md.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { interleaved } from './measure.mjs';
import * as startup from './startup.mjs';
import * as validation from './validation.mjs';

const suites = [validation, startup];
const PAGE = new URL('../docs/benchmarks.md', import.meta.url);

const { values: { write }, positionals: words } = parseArgs({ options: { write: { type: 'boolean' } }, allowPositionals: true });

const page = [
  '# Benchmarks',
  '',
  'Written by `npm run bench -- --write`. The candidates run in one process and take turns; each number is the median of one call,',
  'and in brackets the time as a multiple of the first column (above 1: slower than sagaward). Before timing, all candidates must',
  'give the same verdicts on a sound definition and on nine faulty ones. The rows are no gate: compare numbers of one machine only.',
  '',
  `Machine: ${cpus()[0]?.model.trim() ?? process.arch}, ${cpus().length} cores, Node ${process.versions.node}.`,
];
for (const { title, rows } of suites) {
  const chosen = rows.filter(({ name }) => words.every((word) => name.includes(word)));
  for (const [i, { name, check, candidates, measure = () => interleaved(candidates) }] of chosen.entries()) {
    check?.();
    const times = await measure();
    if (i === 0) say('', `## ${title}`, '', line(['', ...Object.keys(times)]), line(['---', ...Object.keys(times).map(() => '---:')]));
    const [ours] = Object.values(times);
    say(line([name, ...Object.values(times).map((ms) => (ms === ours ? duration(ms) : `${duration(ms)} (${(ms / ours).toFixed(2)})`))]));
  }
}
if (write) {
  if (words.length > 0) throw new Error('--write renews the whole page: give no words beside it.');
  mkdirSync(new URL('.', PAGE), { recursive: true });
  writeFileSync(PAGE, `${page.join('\n')}\n`);
}

function say(...lines) {
  page.push(...lines);
  console.log(lines.join('\n'));
}

function line(cells) {
  return `| ${cells.join(' | ')} |`;
}

function duration(ms) {
  return ms < 1 ? `${Number((ms * 1000).toPrecision(3))} µs` : `${Number(ms.toPrecision(3))} ms`;
}
