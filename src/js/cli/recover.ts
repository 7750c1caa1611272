import { parseArgs } from 'node:util';
import { type Journal, recover as recoverSaga, type RunOptions } from '../slim.js';
import { ACTING, demandedRunOptions, recoverCommand } from './actions.js';
import { Drive, EXIT_CODES } from './drive.js';
import { existingJournal, sagaIds } from './journals.js';
import { loadCore } from './judge.js';
import { PROGRESS } from './progress/progress.js';
import { formatOf, UsageError, type Verb } from './usage.js';

const HELP = `Usage: sagaward recover [options] <directory> [<saga>]

Goes on with the sagas of a journal that have not ended, or with one of them.
What was committed is not executed again; what was under way is attempted again
under the same idempotency key.

Options:
  --base-url <url>        call each step's execute_api and undo_api below it
  --actions <file>        call execute and compensate, which this module exports
                          beside whatever else of the options of run()
  --concurrency <number>  how many steps of a saga may run at the same time; 16
                          by default
  --format <name>         pretty (default) or json: an event a line
  -h, --help              this text

${EXIT_CODES}Of several sagas the worst counts; those that had ended before do not.
`;

const OPTIONS = { ...ACTING, format: { type: 'string', default: 'pretty' } } as const;
/** So many sagas go on at the same time. */
const AT_ONCE = 16;

export const recover: Verb = {
  summary: 'go on with the sagas of a journal that have not ended',
  help: HELP,
  outlivesReader: true,
  async run(args) {
    const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
    const [directory, sagaId, ...more] = positionals;
    if (directory === undefined || more.length > 0) throw new UsageError('recover takes the directory of a journal, and a saga of it where only one is meant');
    const show = formatOf(PROGRESS, values.format);
    loadCore();
    const options = await demandedRunOptions(values);
    const journal = await existingJournal(directory);
    const drive = new Drive(await show(sagaId === undefined), (id) => recoverCommand(directory, id, values));
    if (sagaId === undefined) await all(drive, journal, options);
    else await drive.follow(options, (watched) => recoverSaga(journal, sagaId, watched));
    return drive.end();
  },
};

async function all(drive: Drive, journal: Journal, options: RunOptions): Promise<void> {
  const going = new Set<Promise<void>>();
  for await (const sagaId of sagaIds(journal, (fault) => drive.trouble(fault))) {
    if (drive.isInterrupted) break;
    const one: Promise<void> = drive.follow(options, (watched) => recoverSaga(journal, sagaId, watched)).finally(() => going.delete(one));
    going.add(one);
    if (going.size >= AT_ONCE) await Promise.race(going);
  }
  await Promise.all(going);
}
