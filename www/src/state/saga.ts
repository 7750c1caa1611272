import type { Text } from '@codemirror/state';
import { batch, computed, signal } from '@preact/signals';
import { type Clock, type Outcome, Saga, type SagaEvent, type SagaSnapshot } from 'sagaward/slim';

import { analysis } from './analysis.ts';

/** What is known of a saga at one moment: all of it comes out of the saga. */
export interface Moment {
  readonly snapshot: SagaSnapshot;
  readonly log: readonly SagaEvent[];
  readonly outcome: Outcome | null;
  readonly waitingFor: 'operator' | null;
}

/** Who moves a saga: a person by hand, or a simulation. */
export interface Driver {
  /** Whose time it is; the host's where none is given. */
  readonly clock?: Clock;
  /** Called when another saga takes the place of this one. */
  leave(): void;
  /** Calls what shows the saga as it is then: soon, for a simulation does more than anyone can see. */
  soon(show: () => void): void;
  /** Whether the saga is another process's, and this page only looks on. */
  readonly isElsewhere?: true;
}

const BY_HAND: Driver = { leave: () => {}, soon: (show) => show() };

/** The saga of this page, once there is one. */
export const current = signal<Saga | undefined>(undefined);
/** The text that there was when it came. */
const origin = signal<Text | undefined>(undefined);
/** The number of its last event when it was opened, or up to which it is followed; 0 where it was created from that text. */
export const openedAt = signal(0);

/** How many sagas have come to this page; one that is followed is the same with each event. */
export const arrivals = signal(0);
/** Whether the saga is driven by another process: nothing on this page moves it. */
export const isElsewhere = signal(false);

/** Whether there is a saga, and the text was not changed since it came. */
export const isOfText = computed(() => current.value !== undefined && origin.value?.eq(analysis.value.text) === true);

let driver = BY_HAND;
/** The saga as it came to this page, where its log does not tell how it began. */
let base: SagaSnapshot | undefined;
/** What was read of the log: a long one is not read anew with every event. */
let read: { readonly seq: number; readonly log: readonly SagaEvent[] } = { seq: 0, log: [] };

const lastEvent = signal(0);

/** The saga as it is now. */
export const present = computed(() => {
  void lastEvent.value;
  if (!current.value) return undefined;
  if (current.value.seq > read.seq) read = { seq: current.value.seq, log: [...read.log, ...current.value.log(read.seq + 1)] };
  return momentOf(current.value, read.log);
});

/** Whether a simulation drives the saga, or drove it. */
export function isSimulated(): boolean {
  return driver !== BY_HAND;
}

export function now(): number {
  return driver.clock?.now() ?? Date.now();
}

/** Whose time it is, where it is not the host's. */
export function clock(): Clock | undefined {
  return driver.clock;
}

/** Puts a saga in place of the one before it, which is freed. */
export function adopt(saga: Saga, { by = BY_HAND, opened = false }: { by?: Driver; opened?: boolean } = {}): void {
  replace(saga, by, opened);
  let asked = false;
  const show = () => {
    asked = false;
    if (current.peek() === saga) lastEvent.value = saga.seq;
  };
  saga.subscribe(() => {
    if (asked) return;
    asked = true;
    by.soon(show);
  });
}

/** Shows a saga as it is by now, with what is known of its log, and the state before that where it does not begin there. */
export function follow(saga: Saga, log: readonly SagaEvent[], before: SagaSnapshot | undefined, by: Driver): void {
  put(saga, log, before, by, false);
}

/** Leaves the page without a saga. */
export function discard(): void {
  replace(undefined, BY_HAND, false);
}

function replace(saga: Saga | undefined, by: Driver, opened: boolean): void {
  const log = saga?.log() ?? [];
  const isWhole = log[0]?.type === 'saga_created' || log[0]?.type === 'saga_compacted';
  // One that was folded from the log of another goes on where that one came from.
  put(saga, log, log.length === 0 ? saga?.snapshot() : isWhole ? undefined : base, by, opened);
}

function put(saga: Saga | undefined, log: readonly SagaEvent[], before: SagaSnapshot | undefined, by: Driver, opened: boolean): void {
  const previous = current.peek();
  const isSame = by === driver && by.isElsewhere;
  if (!isSame) driver.leave();
  driver = by;
  read = { seq: saga?.seq ?? 0, log };
  base = before;
  batch(() => {
    if (!isSame) arrivals.value += 1;
    isElsewhere.value = by.isElsewhere ?? false;
    current.value = saga;
    origin.value = analysis.peek().text;
    openedAt.value = opened || by.isElsewhere ? (saga?.seq ?? 0) : 0;
    lastEvent.value = saga?.seq ?? 0;
  });
  previous?.free();
}

export function momentOf(saga: Saga, log: readonly SagaEvent[]): Moment {
  return { snapshot: saga.snapshot(), log, outcome: saga.outcome, waitingFor: saga.waitingFor };
}

/** A saga folded anew from these events of the log: the first ones, or all. */
export function folded(log: readonly SagaEvent[], options: { now?: () => number } = {}): Saga {
  return base ? Saga.restore(base, log, options) : Saga.replay(log, options);
}
