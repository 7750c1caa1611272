export interface Verb {
  /** One line in the list of commands. */
  readonly summary: string;
  readonly help: string;
  /** Whether it goes on when nobody reads what it prints any more. */
  readonly outlivesReader?: true;
  /** Resolves to the exit code; throws UsageError when the arguments make no sense. */
  run(args: string[]): Promise<number>;
}

export class UsageError extends Error {}

/** What was asked for makes sense, but cannot be done. */
export class Trouble extends Error {}

/** One of the formats, or a clear error. */
export function formatOf<T>(formats: Readonly<Record<string, T>>, name: string): T {
  const format = Object.hasOwn(formats, name) ? formats[name] : undefined;
  if (format === undefined) throw new UsageError(`--format is ${Object.keys(formats).join(', ')}; not "${name}"`);
  return format;
}
