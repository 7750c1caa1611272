// `npm run bench [-- --write] [-- words of a row's name]`: times sagaward beside its peers; `--write` renews docs/benchmarks.md.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import * as journal from './journal.mjs';
import * as component from './component.mjs';
import * as findings from './findings.mjs';
import * as kill from './kill.mjs';
import * as lifecycle from './lifecycle.mjs';
import { interleaved } from './measure.mjs';
import * as rateLimiter from './rate_limiter.mjs';
import * as running from './running.mjs';
import * as snapshots from './snapshots.mjs';
import * as startup from './startup.mjs';
import * as validation from './validation.mjs';

const suites = [validation, findings, startup, lifecycle, running, journal, kill, rateLimiter, snapshots, component];
const PAGE = new URL('../docs/benchmarks.md', import.meta.url);

const { values: { write }, positionals: words } = parseArgs({ options: { write: { type: 'boolean' } }, allowPositionals: true });

const intro = [
  '# Benchmarks',
  '',
  'Written by `npm run bench -- --write`. The candidates run in one process and take turns; each number is the median of one call,',
  'or how many there are in a second, and in brackets the time as a multiple of the first column (above 1: slower than the first).',
  'Before timing, all candidates must have done the same work: given the same verdicts, reached the same states. The rows are no',
  'gate: compare numbers of one machine only.',
  '',
  `Machine: ${cpus()[0]?.model.trim() ?? process.arch}, ${cpus().length} cores, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}.`,
];
const page = [];
const reached = [];
for (const { title, rows, perSecond } of suites) {
  const chosen = rows.filter(({ name }) => words.every((word) => name.includes(word)));
  for (const [i, { name, check, candidates, measure = () => interleaved(candidates), targets = [] }] of chosen.entries()) {
    await check?.();
    const times = await measure();
    if (i === 0) say('', `## ${title}`, '', line(['', ...Object.keys(times)]), line(['---', ...Object.keys(times).map(() => '---:')]));
    const shown = perSecond ? rate : duration;
    const [first, ...others] = Object.values(times);
    say(line([name, shown(first), ...others.map((ms) => `${shown(ms)} (${(ms / first).toFixed(2)})`)]));
    for (const target of targets) reached.push(compared(`${title}: ${name}`, times, target));
  }
}
const summary = [
  '',
  '## Targets',
  '',
  'The time of the first as a multiple of the second, and what it should be at most.',
  '',
  line(['', 'against', 'ratio', 'target', 'reached']),
  line(['---', '---', '---:', '---:', '---']),
  ...reached,
];
console.log(summary.join('\n'));
if (write) {
  if (words.length > 0) throw new Error('--write renews the whole page: give no words beside it.');
  mkdirSync(new URL('.', PAGE), { recursive: true });
  writeFileSync(PAGE, `${[...intro, ...summary, ...page].join('\n')}\n`);
}

function say(...lines) {
  page.push(...lines);
  console.log(lines.join('\n'));
}

/** `of` (the first column unless it is named) as a multiple of `against`; an `aim` is reported, and nothing depends on it. */
function compared(name, times, { of = Object.keys(times)[0], against, most, aim }) {
  const ratio = times[of] / times[against];
  return line([name, against, ratio.toFixed(2), `${aim ? 'aim ' : ''}≤ ${most}`, ratio <= most ? 'yes' : 'no']);
}

function line(cells) {
  return `| ${cells.join(' | ')} |`;
}

function rate(ms) {
  return `${Number((1000 / ms).toPrecision(3)).toLocaleString('en')} /s`;
}

function duration(ms) {
  return ms < 1 ? `${Number((ms * 1000).toPrecision(3))} µs` : `${Number(ms.toPrecision(3))} ms`;
}
