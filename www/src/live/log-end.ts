import type { SagaEvent, SagaSnapshot } from 'sagaward/slim';

const MOST_EVENTS = 20_000;
const MOST_CHARACTERS = 2 ** 24;
/** What is dropped at once; the state is kept so many times less often than events come. */
const LARGEST_PIECE = 1_000;

interface Piece {
  readonly events: readonly SagaEvent[];
  readonly after: SagaSnapshot;
  readonly length: number;
}

/** The last events of a log; of a long one what lies further back is dropped. */
export class LogEnd {
  /** The state before the first event, where that is not the log's first. */
  before: SagaSnapshot | undefined;
  readonly #pieces: Piece[] = [];
  #count = 0;
  #length = 0;

  push(events: readonly SagaEvent[], after: SagaSnapshot): void {
    const { length } = JSON.stringify(events);
    const last = this.#pieces.at(-1);
    if (last && last.events.length + events.length <= LARGEST_PIECE && last.length + length <= MOST_CHARACTERS / 16) {
      this.#pieces[this.#pieces.length - 1] = { events: [...last.events, ...events], after, length: last.length + length };
    } else {
      this.#pieces.push({ events, after, length });
    }
    this.#count += events.length;
    this.#length += length;
    while (this.#pieces.length > 1 && (this.#count > MOST_EVENTS || this.#length > MOST_CHARACTERS)) {
      const dropped = this.#pieces.shift();
      this.before = dropped?.after;
      this.#count -= dropped?.events.length ?? 0;
      this.#length -= dropped?.length ?? 0;
    }
  }

  events(): readonly SagaEvent[] {
    return this.#pieces.flatMap(({ events }) => events);
  }
}
