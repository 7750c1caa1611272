import { parseArgs } from 'node:util';
import { type Journal, type Saga, type SagaEvent, SagawardError } from '../slim.js';
import { awaited, inWords } from './awaited.js';
import { duration, offset } from './duration.js';
import { existingJournal, readSaga, sagaIds } from './journals.js';
import { loadCore } from './judge.js';
import { eventLine } from './progress/json.js';
import { Story } from './story.js';
import { type Summary, summaryOf } from './summary.js';
import { counted, paint, printable, type Style, table } from './terminal.js';
import { formatOf, UsageError, type Verb } from './usage.js';

const HELP = `Usage: sagaward show [options] <directory> [<saga>]

Lists the sagas of a journal: how they stand, how old they are, what they wait
for. Of one saga it tells what happened, event by event.

Options:
  --format <name>  pretty (default) or json: one document, or of one saga an
                   event a line
  -h, --help       this text

Exit code: 0, or 2 for wrong usage or a saga that cannot be read; all others are
shown all the same.
`;

const OPTIONS = { format: { type: 'string', default: 'pretty' } } as const;

interface Unreadable {
  saga_id: string | null;
  problem: string;
}

interface Format {
  list(sagas: readonly Summary[], failures: readonly Unreadable[]): Promise<string>;
  one(saga: Saga, events: readonly SagaEvent[]): Promise<string>;
}

const FORMATS: Readonly<Record<string, Format>> = {
  pretty: { list: tableOf, one: timeline },
  json: {
    list: async (sagas, failures) => `${JSON.stringify({ sagas, failures }, null, 2)}\n`,
    one: async (saga, events) => events.map((event) => eventLine(saga, event)).join(''),
  },
};

export const show: Verb = {
  summary: 'list the sagas of a journal, or tell what happened in one',
  help: HELP,
  async run(args) {
    const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
    const [directory, sagaId, ...more] = positionals;
    if (directory === undefined || more.length > 0) throw new UsageError('show takes the directory of a journal, and a saga of it where only one is meant');
    const format = formatOf(FORMATS, values.format);
    loadCore();
    const journal = await existingJournal(directory);
    if (sagaId !== undefined) {
      const { saga, events } = await readSaga(journal, sagaId);
      process.stdout.write(await format.one(saga, events));
      return 0;
    }
    const { sagas, failures } = await summaries(journal);
    process.stdout.write(await format.list(sagas, failures));
    return failures.length > 0 ? 2 : 0;
  },
};

async function summaries(journal: Journal): Promise<{ sagas: Summary[]; failures: Unreadable[] }> {
  const sagas: Summary[] = [];
  const failures: Unreadable[] = [];
  const unreadable = (saga_id: string | null) => ({ message: problem }: SagawardError) => void failures.push({ saga_id, problem });
  for await (const sagaId of sagaIds(journal, unreadable(null))) {
    try {
      sagas.push(await summary(journal, sagaId));
    } catch (error) {
      if (!(error instanceof SagawardError)) throw error;
      unreadable(sagaId)(error);
    }
  }
  // As the journal gives them they have no order.
  sagas.sort((a, b) => a.created_at.localeCompare(b.created_at) || a.saga_id.localeCompare(b.saga_id));
  failures.sort((a, b) => a.problem.localeCompare(b.problem));
  return { sagas, failures };
}

async function summary(journal: Journal, sagaId: string): Promise<Summary> {
  const { saga, events } = await readSaga(journal, sagaId);
  try {
    return summaryOf(saga, events.at(-1)?.at ?? saga.createdAt);
  } finally {
    saga.free();
  }
}

const STYLES: Readonly<Record<string, Style>> = { succeeded: 'green', rolled_back: 'yellow', failed: 'red', escalated: 'red' };

async function tableOf(sagas: readonly Summary[], failures: readonly Unreadable[]): Promise<string> {
  if (sagas.length + failures.length === 0) return 'no sagas\n';
  const now = Date.now();
  const rows = sagas.map(({ saga_id, name, state, outcome, error, created_at, waits_for }) => [
    printable(saga_id),
    printable(name),
    paint(STYLES[outcome ?? ''] ?? 'cyan', (outcome ?? state).replace('_', ' ')),
    duration(now - Date.parse(created_at)),
    outcome === null ? inWords(waits_for) : printable(error ?? ''),
  ]);
  const unreadable = failures.map(({ saga_id, problem }) => [saga_id === null ? '?' : printable(saga_id), '', paint('red', 'unreadable'), '', printable(problem)]);
  return table([['SAGA', 'NAME', 'STATE', 'AGE', 'WAITS FOR, OR WHY'].map((title) => paint('bold', title)), ...rows, ...unreadable]);
}

async function timeline(saga: Saga, events: readonly SagaEvent[]): Promise<string> {
  const begin = Date.parse(saga.createdAt);
  const story = new Story();
  const rows = events.map((event) => {
    const { step = '', text, style } = story.tell(event);
    return [`  ${paint('dim', offset(Math.max(0, Date.parse(event.at) - begin)))}`, printable(step), style ? paint(style, printable(text)) : printable(text)];
  });
  const how = saga.outcome === null ? `${saga.state}, waits for ${inWords(awaited(saga))}` : saga.outcome.replace('_', ' ');
  const why = saga.error === null ? '' : `: ${printable(saga.error)}`;
  const head = `${paint('bold', printable(saga.sagaId))}  ${printable(saga.name)}, ${counted(saga.steps().length, 'step')}, begun ${saga.createdAt}\n${how}${why}\n\n`;
  return head + (await table(rows));
}
