import type { Text } from '@codemirror/state';
import { batch, computed, signal } from '@preact/signals';
import { type Outcome, Saga, type SagaEvent, type SagaSnapshot } from 'sagaward/slim';

import { analysis } from './analysis.ts';

/** Everything the page shows of a saga at one moment: all of it comes out of the saga. */
export interface Moment {
  readonly snapshot: SagaSnapshot;
  readonly log: readonly SagaEvent[];
  readonly outcome: Outcome | null;
  readonly waitingFor: 'operator' | null;
}

/** Who moves a saga: a person by hand, or a simulation. */
export interface Driver {
  /** Whose time it is, in epoch milliseconds. */
  now(): number;
  /** Called when another saga takes the place of this one. */
  leave(): void;
  /** Calls what shows the saga as it is then: soon, for a simulation does more than anyone can see. */
  soon(show: () => void): void;
  /** Whether the saga is another process's, and this page only looks on. */
  readonly isElsewhere?: true;
}

const BY_HAND: Driver = { now: Date.now, leave: () => {}, soon: (show) => show() };

/** The saga of this page, once there is one. */
export const current = signal<Saga | undefined>(undefined);
/** The text that it was created from; none when it was restored. */
export const origin = signal<Text | undefined>(undefined);

/** Whether the saga is driven by another process: nothing on this page moves it. */
export const isElsewhere = signal(false);

/** Whether there is a saga, and the text was not changed since it was created. */
export const isOfText = computed(() => current.value !== undefined && (origin.value?.eq(analysis.value.text) ?? true));

let driver = BY_HAND;
/** What was read of the log: a long one is not read anew with every event. */
let read: { readonly seq: number; readonly log: readonly SagaEvent[] } = { seq: 0, log: [] };

const lastEvent = signal(0);

export const moment = computed(() => {
  void lastEvent.value;
  return current.value && momentOf(current.value);
});

/** Whether a simulation drives the saga, or drove it. */
export function isSimulated(): boolean {
  return driver !== BY_HAND;
}

export function now(): number {
  return driver.now();
}

/** Puts a saga in place of the one before it, which is freed. */
export function adopt(saga: Saga, text?: Text, by = BY_HAND): void {
  replace(saga, text, by);
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

/** Shows a saga as it is by now, with what is known of its log. */
export function follow(saga: Saga, log: readonly SagaEvent[], by: Driver): void {
  replace(saga, undefined, by, log);
}

/** Leaves the page without a saga. */
export function discard(): void {
  replace(undefined, undefined, BY_HAND);
}

function replace(saga: Saga | undefined, text: Text | undefined, by: Driver, log = saga?.log() ?? []): void {
  const previous = current.peek();
  if (by !== driver || !by.isElsewhere) driver.leave();
  driver = by;
  read = { seq: saga?.seq ?? 0, log };
  batch(() => {
    isElsewhere.value = by.isElsewhere ?? false;
    current.value = saga;
    origin.value = text;
    lastEvent.value = saga?.seq ?? 0;
  });
  previous?.free();
}

function momentOf(saga: Saga): Moment {
  if (saga.seq > read.seq) read = { seq: saga.seq, log: [...read.log, ...saga.log(read.seq + 1)] };
  return { snapshot: saga.snapshot(), log: read.log, outcome: saga.outcome, waitingFor: saga.waitingFor };
}
