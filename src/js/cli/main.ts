import { inspect } from 'node:util';
import { SagawardError } from '../slim.js';
import { explain } from './explain.js';
import { recover } from './recover.js';
import { run } from './run.js';
import { show } from './show.js';
import { studio } from './studio.js';
import { listed } from './terminal.js';
import { Trouble, UsageError, type Verb } from './usage.js';
import { validate } from './validate.js';

/** Written in by the build. */
declare const VERSION: string;

const VERBS: Readonly<Record<string, Verb>> = { validate, explain, run, recover, show, studio };

let outlivesReader = false;

const HELP = `sagaward ${VERSION}: checks and runs AI-agent sagas.

Usage: sagaward <command> [options]

Commands:
${Object.entries(VERBS).map(([name, verb]) => `  ${name.padEnd(10)} ${verb.summary}`).join('\n')}

Options:
  -h, --help      this text, or a command's: sagaward validate --help
  -v, --version   the version

Exit code: 0 well, 1 an invalid definition, 2 wrong usage or a file that cannot be
read or written; those of a saga that was run: sagaward run --help.
`;

async function main([name, ...rest]: string[]): Promise<number> {
  if (name === '--version' || name === '-v') return print(`${VERSION}\n`);
  if (name === '--help' || name === '-h') return print(HELP);
  if (name === undefined) throw new UsageError('say what to do, for example: sagaward validate saga.json');
  const verb = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (!verb) throw new UsageError(`there is no command "${name}"; there are ${listed(Object.keys(VERBS))}`);
  if (rest.includes('--help') || rest.includes('-h')) return print(verb.help);
  outlivesReader = verb.outlivesReader ?? false;
  return verb.run(rest);
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

function isUsageError(error: unknown): error is Error {
  if (error instanceof UsageError) return true;
  if (error instanceof SagawardError) return error.code === 'bad_option';
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_');
}

// A reader that closes the pipe (`| head`) has seen enough: end quietly, as compilers do.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  if (!outlivesReader) process.exit(2);
});

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  const help = isUsageError(error) ? 'Try "sagaward --help".\n' : '';
  const isMeant = isUsageError(error) || error instanceof Trouble || error instanceof SagawardError;
  process.stderr.write(`sagaward: ${isMeant ? error.message : inspect(error)}\n${help}`);
  return 2;
});
// Actions may leave behind what would keep the process; what a pipe has not taken yet must still go.
process.stdout.write('', (broken) => {
  if (broken && !outlivesReader) process.exitCode = 2;
  process.stderr.write('', () => process.exit());
});
