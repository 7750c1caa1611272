import { SagawardError } from '../slim.js';
import { explain } from './explain.js';
import { UsageError, type Verb } from './usage.js';
import { validate } from './validate.js';

/** Written in by bundle.mjs. */
declare const VERSION: string;

const VERBS: Readonly<Record<string, Verb>> = { validate, explain };

const HELP = `sagaward ${VERSION}: checks AI-agent saga definitions.

Usage: sagaward <command> [options]

Commands:
${Object.entries(VERBS).map(([name, verb]) => `  ${name.padEnd(10)} ${verb.summary}`).join('\n')}

Options:
  -h, --help      this text, or a command's: sagaward validate --help
  -v, --version   the version

Exit code: 0 valid, 1 invalid, 2 wrong usage or a file that cannot be read.
`;

async function main([name, ...rest]: string[]): Promise<number> {
  if (name === '--version' || name === '-v') return print(`${VERSION}\n`);
  if (name === '--help' || name === '-h') return print(HELP);
  if (name === undefined) throw new UsageError('say what to do, for example: sagaward validate saga.json');
  const verb = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (!verb) throw new UsageError(`there is no command "${name}"; there are ${Object.keys(VERBS).join(' and ')}`);
  if (rest.includes('--help') || rest.includes('-h')) return print(verb.help);
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
  if (error.code === 'EPIPE') process.exit(2);
  throw error;
});

try {
  // Not process.exit: it would cut off what a pipe has not taken yet.
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!isUsageError(error)) throw error;
  process.stderr.write(`sagaward: ${error.message}\nTry "sagaward --help".\n`);
  process.exitCode = 2;
}
