import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { httpActions, type RunOptions } from '../slim.js';
import { Trouble, UsageError } from './usage.js';

/** The options that say how steps are done and undone. */
export const ACTING = {
  'base-url': { type: 'string' },
  actions: { type: 'string' },
  concurrency: { type: 'string' },
} as const;

export interface Acting {
  'base-url'?: string | undefined;
  actions?: string | undefined;
  concurrency?: string | undefined;
}

/** What `run` is given, or nothing where nothing says what to call. */
export async function runOptions({ 'base-url': baseUrl, actions, concurrency }: Acting): Promise<RunOptions | undefined> {
  if (baseUrl !== undefined && actions !== undefined) throw new UsageError('--base-url and --actions both say how steps are done: give one of them');
  const most = concurrency === undefined ? {} : { concurrency: limit(concurrency) };
  if (actions !== undefined) return { ...(await exportsOf(actions)), ...most };
  return baseUrl === undefined ? undefined : { ...httpActions({ baseUrl }), ...most };
}

/** The same, where it must be said. */
export async function demandedRunOptions(given: Acting): Promise<RunOptions> {
  const options = await runOptions(given);
  if (!options) throw new UsageError('say how steps are done: --base-url URL calls their endpoints, --actions FILE the functions of a module');
  return options;
}

async function exportsOf(file: string): Promise<RunOptions> {
  let module: Partial<RunOptions> & { default?: Partial<RunOptions> };
  try {
    module = await import(pathToFileURL(resolve(file)).href);
  } catch (error) {
    throw new Trouble(`${file}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
  const options = module.default ?? module;
  const { execute, compensate } = options;
  if (typeof execute !== 'function' || typeof compensate !== 'function') {
    throw new Trouble(`${file}: it must export execute(step, context) and compensate(step, context), and may export the other options of run()`);
  }
  return { ...options, execute, compensate };
}

function limit(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError(`--concurrency is a number from 1 to 999999999; not "${text}"`);
  return Number(text);
}

/** The command that goes on with a saga. */
export function recoverCommand(directory: string, sagaId: string, { 'base-url': baseUrl, actions }: Acting): string {
  const how = baseUrl === undefined ? ['--actions', actions ?? 'FILE'] : ['--base-url', baseUrl];
  return ['sagaward', 'recover', directory, sagaId, ...how].map(quoted).join(' ');
}

function quoted(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
