import { parseArgs } from 'node:util';
import { distance } from 'fastest-levenshtein';
import { RULES } from './rules.js';
import { UsageError, type Verb } from './usage.js';

const HELP = `Usage: sagaward explain [<rule>]

Prints what a rule demands, why, and a bad and a good example.
Without a rule, lists all of them.
`;

function nearest(name: string): string[] {
  const wanted = name.toLowerCase().replaceAll('-', '_');
  const ranked = [...RULES.keys()].map((rule) => ({ rule, far: rule.includes(wanted) ? 0 : distance(wanted, rule) }));
  return ranked.sort((a, b) => a.far - b.far).slice(0, 3).map(({ rule }) => rule);
}

function text(rule: string | undefined): string {
  if (rule === undefined) {
    const width = Math.max(...[...RULES.keys()].map((name) => name.length));
    return [...RULES].map(([name, { summary }]) => `${name.padEnd(width)}  ${summary}\n`).join('');
  }
  const known = RULES.get(rule);
  if (!known) throw new UsageError(`there is no rule "${rule}"; the nearest are ${nearest(rule).join(', ')}`);
  return known.section;
}

export const explain: Verb = {
  summary: 'print what a rule demands and why',
  help: HELP,
  async run(args) {
    const { positionals } = parseArgs({ args, allowPositionals: true });
    if (positionals.length > 1) throw new UsageError('explain takes one rule at a time');
    process.stdout.write(text(positionals[0]));
    return 0;
  },
};
