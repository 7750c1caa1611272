import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadCore } from './judge.js';
import { journalDirectory } from './journals.js';
import { printable } from './terminal.js';
import { Trouble, UsageError, type Verb } from './usage.js';

const HELP = `Usage: sagaward studio [options]

Serves the studio, a web page, on this machine alone, and prints its address.
With a journal the page shows its sagas live; it only looks.

Options:
  --journal <directory>  the journal to show
  --port <number>        where to serve; a free port by default
  -h, --help             this text

Exit code: 0 when it was ended by Ctrl-C (SIGINT) or SIGTERM, 2 for wrong usage, a
journal that is not there, or a port that cannot be had.
`;

const OPTIONS = { journal: { type: 'string' }, port: { type: 'string', default: '0' } } as const;
const TOKEN_BYTES = 32;

export const studio: Verb = {
  summary: 'serve the studio, and show the sagas of a journal live',
  help: HELP,
  outlivesReader: true,
  async run(args) {
    const { values } = parseArgs({ args, options: OPTIONS });
    const port = portOf(values.port);
    const journal = values.journal === undefined ? undefined : resolve(await journalDirectory(values.journal));
    const interrupted = interruption();
    loadCore();
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const { serve } = await import('./studio/serve.js');
    const served = await serve({ journal, port, token }).catch((error: unknown) => {
      throw new Trouble(`cannot serve on port ${port}: ${error instanceof Error ? error.message : String(error)}`);
    });
    const address = `http://127.0.0.1:${served.port}/`;
    const [what, page] = values.journal === undefined ? ['The studio', address] : [`The studio, with ${printable(values.journal)} live`, `${address}#live=${token}`];
    process.stdout.write(`${what} (Ctrl-C ends it):\n${page}\n`);
    await interrupted;
    await served.close();
    return 0;
  },
};

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Infinity;
  if (port > 65_535) throw new UsageError(`--port is a number up to 65535; not "${text}"`);
  return port;
}

/** A second one ends the process at once, as it does by default. */
function interruption(): Promise<unknown> {
  return Promise.race(['SIGINT', 'SIGTERM'].map((signal) => new Promise((resolve) => process.once(signal, resolve))));
}
