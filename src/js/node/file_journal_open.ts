import { closeSync } from 'node:fs';

// There may be any number of sagas.
const MOST = 128;

/** Keeps files open until the end of the turn: who appends again at once need not open its file again. */
export class OpenFiles {
  readonly #descriptors = new Map<string, number>();

  take(path: string): number | undefined {
    const descriptor = this.#descriptors.get(path);
    this.#descriptors.delete(path);
    return descriptor;
  }

  keep(path: string, descriptor: number): void {
    if (this.#descriptors.size >= MOST) return close(descriptor);
    if (this.#descriptors.size === 0) setImmediate(() => this.#close());
    this.#descriptors.set(path, descriptor);
  }

  #close(): void {
    this.#descriptors.forEach(close);
    this.#descriptors.clear();
  }
}

function close(descriptor: number): void {
  try {
    closeSync(descriptor);
  } catch {
    // What was to be synced is.
  }
}
