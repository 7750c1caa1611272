import { parseArgs } from 'node:util';
import { plan, run as runSaga, Saga } from '../slim.js';
import { ACTING, demandedRunOptions, recoverCommand, runOptions } from './actions.js';
import { Drive, EXIT_CODES } from './drive.js';
import { dryRun } from './dry_run.js';
import type { Judgement } from './finding.js';
import { json } from './format/json.js';
import { pretty } from './format/pretty.js';
import { journalAt } from './journals.js';
import { judge, JUDGING, judging, type Judging } from './judge.js';
import { PROGRESS } from './progress/progress.js';
import { type Failure, readSources, type Source } from './sources.js';
import { formatOf, Trouble, UsageError, type Verb } from './usage.js';

const HELP = `Usage: sagaward run [options] <saga.json | saga.yaml | ->

Runs a saga: its steps in the order of work and, where one fails for good, the
undos of what was done, the last first. The definition is judged before.

Options:
  --base-url <url>        call each step's execute_api and undo_api below it
  --actions <file>        call execute and compensate, which this module exports
                          beside whatever else of the options of run()
  --journal <directory>   keep what happens, so that the saga can be recovered
  --concurrency <number>  how many steps may run at the same time; 16 by default
  --saga-id <id>          where the definition has none; a random one by default
  --dry-run               say what would happen, and call nothing
  --format <name>         pretty (default) or json: an event a line
  -h, --help              this text
and those of sagaward validate that say how a definition is judged.

${EXIT_CODES}`;

const OPTIONS = {
  ...ACTING,
  ...JUDGING,
  journal: { type: 'string' },
  'saga-id': { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  format: { type: 'string', default: 'pretty' },
} as const;

export const run: Verb = {
  summary: 'run a saga, or say what it would do',
  help: HELP,
  outlivesReader: true,
  async run(args) {
    const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
    const show = formatOf(PROGRESS, values.format);
    const file = one(positionals);
    const rules = judging(values);
    const options = values['dry-run'] ? await runOptions(values) : await demandedRunOptions(values);
    const judgement = judge(await read(file, rules), rules);
    if (!judgement.valid) return refuse(judgement, values.format);

    const definition: unknown = JSON.parse(judgement.json);
    if (!options || values['dry-run']) {
      const { nothingToUndo, concurrency = 16 } = options ?? {};
      const planned = plan(definition, { ...rules.validation, ...(nothingToUndo && { nothingToUndo }) });
      process.stdout.write(values.format === 'json' ? `${JSON.stringify(planned)}\n` : await dryRun(planned, concurrency));
      return 0;
    }

    const saga = sagaOf(definition, rules, values['saga-id']);
    const { journal: directory } = values;
    const journal = directory === undefined ? options.journal : await journalAt(directory);
    const goOn = (sagaId: string) => (directory === undefined ? undefined : recoverCommand(directory, sagaId, values));
    const drive = new Drive(await show(false), goOn);
    const kept = { ...options, ...(journal && { journal }) };
    await drive.follow(kept, (watched) => runSaga(saga, watched), true);
    return drive.end();
  },
};

function sagaOf(definition: unknown, { validation }: Judging, saga_id: string | undefined): Saga {
  const saga = Saga.fromDefinition(definition, { ...validation, ...(saga_id !== undefined && { saga_id }) });
  if (saga_id !== undefined && saga.sagaId !== saga_id) throw new UsageError(`--saga-id is for definitions without a saga_id; this one has "${saga.sagaId}"`);
  return saga;
}

function one(files: readonly string[]): string {
  const [file, ...more] = files;
  if (file === undefined || more.length > 0) throw new UsageError('run takes one definition: a file in JSON or YAML, or - for standard input');
  return file;
}

async function read(file: string, rules: Judging): Promise<Source> {
  const failures: Failure[] = [];
  const sources: Source[] = [];
  for await (const source of readSources([file], rules, failures)) sources.push(source);
  for (const failure of failures) throw new Trouble(`${failure.file}: ${failure.problem}`);
  const [source, ...others] = sources;
  if (!source || others.length > 0) throw new UsageError(`run takes one definition; ${file} holds ${sources.length}`);
  return source;
}

async function refuse(judgement: Judgement, name: string): Promise<number> {
  async function* judgements() {
    yield judgement;
  }
  const format = name === 'json' ? json : pretty;
  for await (const text of format(judgements(), [])) process.stdout.write(text);
  return 1;
}
