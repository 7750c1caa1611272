interface Work {
  /** Writes and syncs a file; whether its directory may not know it yet. */
  keep(): Promise<boolean>;
  resolve(): void;
  reject(error: unknown): void;
}

// Each holds a file open.
const MOST_AT_ONCE = 256;

/** Group commit: what comes while a round is synced is written and synced together in the next. */
export class Rounds {
  readonly #syncDirectory: () => Promise<void>;
  readonly #waiting: Work[] = [];
  #isRunning = false;

  constructor(syncDirectory: () => Promise<void>) {
    this.#syncDirectory = syncDirectory;
  }

  join(keep: Work['keep']): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ keep, resolve, reject });
      if (!this.#isRunning) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    // What comes in the same turn belongs together.
    await undefined;
    while (this.#waiting.length > 0) {
      const round = this.#waiting.splice(0, MOST_AT_ONCE);
      const kept = await Promise.allSettled(round.map(({ keep }) => keep()));
      const hasNew = kept.some((one) => one.status === 'fulfilled' && one.value);
      const [directory] = await Promise.allSettled(hasNew ? [this.#syncDirectory()] : []);
      for (const [index, { resolve, reject }] of round.entries()) {
        const one = kept[index] as PromiseSettledResult<boolean>;
        if (one.status === 'rejected') reject(one.reason);
        else if (one.value && directory?.status === 'rejected') reject(directory.reason);
        else resolve();
      }
    }
    this.#isRunning = false;
  }
}
