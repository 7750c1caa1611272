export interface Verb {
  /** One line in the list of commands. */
  readonly summary: string;
  readonly help: string;
  /** Resolves to the exit code; throws UsageError when the arguments make no sense. */
  run(args: string[]): Promise<number>;
}

export class UsageError extends Error {}
