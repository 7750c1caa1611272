import { computed, signal } from '@preact/signals';
import type { Saga } from 'sagaward/slim';

import { arrivals, current, folded, isElsewhere, type Moment, momentOf, present } from './saga.ts';

/** The event after which the page shows the saga, while it shows it as it was. */
const chosen = signal<{ readonly of: number; readonly seq: number } | undefined>(undefined);

interface Past extends Moment {
  readonly saga: Saga;
}

let last: Past | undefined;

/** The saga as it was, folded anew from the beginning of its log; none where the page shows it as it is. */
const past = computed<Past | undefined>(() => {
  const { of, seq } = chosen.value ?? {};
  const now = present.value;
  const log = now && of === arrivals.value && seq !== undefined && seq < now.snapshot.seq ? now.log.filter((event) => event.seq <= seq) : undefined;
  if (log && last?.log.length === log.length && last.log[0] === log[0]) return last;
  last?.saga.free();
  const saga = log && folded(log);
  last = saga && { saga, ...momentOf(saga, log) };
  return last;
});

/** What the page shows of its saga: as it is, or as it was. */
export const moment = computed<Moment | undefined>(() => past.value ?? present.value);
/** The same, to be asked; it changes with `moment`. */
export const shownSaga = computed(() => past.value?.saga ?? (present.value && current.value));
export const isPast = computed(() => past.value !== undefined);
/** Whether nothing on this page moves what it shows. */
export const isReadOnly = computed(() => isPast.value || isElsewhere.value);

/** Shows the saga as it was after an event; after the last one it is as it is now. */
export function travelTo(seq: number): void {
  chosen.value = { of: arrivals.peek(), seq };
}

export function backToNow(): void {
  chosen.value = undefined;
}
