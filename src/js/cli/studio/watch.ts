import { type FSWatcher, lstatSync, type Stats, statSync, watch as watchSystem } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { NAME } from '../../node/file_journal_reading.js';

const SUFFIX = '.jsonl';
const SURVEY_MS = 2_000;
/** A survey of many files is made more seldom, so that it costs no more than this share of the time. */
const LARGEST_SHARE = 1 / 20;
const AT_ONCE = 500;

export function keyOf(name: string): string {
  return name.slice(0, -SUFFIX.length);
}

export function nameOfKey(key: string): string {
  return `${key}${SUFFIX}`;
}

/**
 * Tells of each file of a journal that is new, gone, or may have changed: at once where the system
 * says so, and by a survey of all files now and then, for not every file system does.
 */
export class Watch {
  readonly #directory: string;
  readonly #most: number;
  readonly #listeners = new Set<(name: string) => void>();
  #stamps = new Map<string, Stamp>();
  #system: { watcher: FSWatcher; directory: string } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isSurveyed = false;
  #isStopped = false;

  /** At the beginning only the `most` files that were written last are told of. */
  constructor(directory: string, most: number) {
    this.#directory = directory;
    this.#most = most;
  }

  /** How many files there are. */
  get size(): number {
    return this.#stamps.size;
  }

  /** Resolves when all files have been seen once. */
  start(): Promise<void> {
    return this.#survey();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#system?.watcher.close();
  }

  subscribe(listener: (name: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async #survey(): Promise<void> {
    const begun = performance.now();
    this.#listen();
    const found = await stamps(this.#directory).catch((error: NodeJS.ErrnoException) => {
      // A directory that cannot be read now may have lost nothing.
      return error.code === 'ENOENT' ? new Map<string, Stamp>() : this.#stamps;
    });
    if (this.#isStopped) return;
    const changed = [...found].filter(([name, { stamp }]) => this.#stamps.get(name)?.stamp !== stamp).map(([name]) => name);
    const gone = [...this.#stamps.keys()].filter((name) => !found.has(name));
    this.#stamps = found;
    if (!this.#isSurveyed) changed.sort((a, b) => (found.get(b)?.mtimeMs ?? 0) - (found.get(a)?.mtimeMs ?? 0)).splice(this.#most);
    this.#isSurveyed = true;
    for (const name of [...changed, ...gone]) this.#tell(name);
    const took = performance.now() - begun;
    this.#timer = setTimeout(() => void this.#survey(), Math.max(SURVEY_MS, took / LARGEST_SHARE));
  }

  /** Asks the system to tell of changes; again where another directory has the name now. */
  #listen(): void {
    const directory = identity(statOf(this.#directory, statSync));
    if (this.#system?.directory === directory) return;
    this.#system?.watcher.close();
    this.#system = undefined;
    if (directory === undefined) return;
    try {
      const watcher = watchSystem(this.#directory, (_, name) => {
        if (name !== null && NAME.test(name)) this.#tell(name);
      });
      // The surveys go on.
      watcher.on('error', () => watcher.close());
      this.#system = { watcher, directory };
    } catch {
      // The same.
    }
  }

  #tell(name: string): void {
    for (const listener of [...this.#listeners]) listener(name);
  }
}

interface Stamp {
  readonly stamp: string;
  readonly mtimeMs: number;
}

async function stamps(directory: string): Promise<Map<string, Stamp>> {
  const found = new Map<string, Stamp>();
  for await (const { name } of await opendir(directory, { bufferSize: AT_ONCE })) {
    if (!NAME.test(name)) continue;
    const stats = statOf(join(directory, name), lstatSync);
    if (stats) found.set(name, { stamp: `${identity(stats)} ${stats.size} ${stats.mtimeMs}`, mtimeMs: stats.mtimeMs });
    if (found.size % AT_ONCE === 0) await turn();
  }
  return found;
}

function statOf(path: string, stat: (path: string) => Stats): Stats | undefined {
  try {
    return stat(path);
  } catch {
    return undefined;
  }
}

function identity(stats: Stats | undefined): string | undefined {
  return stats && `${stats.dev} ${stats.ino} ${stats.birthtimeMs}`;
}
