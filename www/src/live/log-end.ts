import type { SagaEvent } from 'sagaward/slim';

const MOST_EVENTS = 20_000;
const MOST_CHARACTERS = 2 ** 24;

/** The last events of a log; of a long one what lies further back is dropped. */
export class LogEnd {
  readonly #pieces: { readonly events: readonly SagaEvent[]; readonly length: number }[] = [];
  #count = 0;
  #length = 0;

  push(events: readonly SagaEvent[]): void {
    const { length } = JSON.stringify(events);
    this.#pieces.push({ events, length });
    this.#count += events.length;
    this.#length += length;
    while (this.#pieces.length > 1 && (this.#count > MOST_EVENTS || this.#length > MOST_CHARACTERS)) {
      const dropped = this.#pieces.shift();
      this.#count -= dropped?.events.length ?? 0;
      this.#length -= dropped?.length ?? 0;
    }
  }

  events(): readonly SagaEvent[] {
    return this.#pieces.flatMap(({ events }) => events);
  }
}
