import { computed, signal } from '@preact/signals';
import { run, Saga, type SagaRun, type SagawardError } from 'sagaward/slim';

import { attempt, refuse } from '../lifecycle/refusal.tsx';
import { analysis, settle } from '../state/analysis.ts';
import { killSwitch, underWay } from '../state/kills.ts';
import { adopt, discard, folded, isElsewhere, isOfText, openedAt, present } from '../state/saga.ts';
import { backToNow, isPast, moment } from '../state/travel.ts';
import { simulatedActions } from './behaviour.ts';
import { VirtualClock } from './clock.ts';
import { settings } from './settings.ts';

export type Phase = 'idle' | 'playing' | 'paused' | 'ended';

/** Virtual seconds in one of ours; at Infinity nothing is waited for. */
export const SPEEDS = [1, 10, 60, 600, Infinity] as const;

export const phase = signal<Phase>('idle');
export const speed = signal<number>(10);
/** The virtual time, in epoch milliseconds. */
export const time = signal(0);
export const begun = signal(0);
/** How much of it has passed at the moment that is shown. */
export const elapsed = computed(() => {
  const event = isPast.value ? moment.value?.log.at(-1) : undefined;
  return Math.max(0, (event ? Date.parse(event.at) : time.value) - begun.value);
});

// How long a frame may be worked on, so that the page answers meanwhile; longer where showing it takes long.
const [LEAST_BUSY_MS, MOST_BUSY_MS] = [8, 200];
/** Where nothing is waited for nobody follows single events. */
const HURRY_MS = 100;
/** A window that was out of sight goes on where it was. */
const LONGEST_FRAME_MS = 100;

let clock = new VirtualClock(0);
let running: SagaRun | undefined;
/** The last one begun is the only one that goes on. */
let loops = 0;

/** The run of this page, to steer it. */
export function currentRun(): SagaRun | undefined {
  return running;
}

/** Whether there is a run of the definition as it stands, and not only of what it was. */
export const isUnderWay = computed(() => (phase.value === 'playing' || phase.value === 'paused') && isOfText.value);

/** Whether a saga that was opened may go on. */
export const goesOn = computed(() => openedAt.value > 0 && !isElsewhere.value && isOfText.value && present.value?.outcome === null);

/** Goes on with the run of the definition as it stands, or begins one. */
export function play(): void {
  settle();
  backToNow();
  if (!isUnderWay.value && !begin()) return;
  phase.value = 'playing';
  const loop = (loops += 1);
  requestAnimationFrame((stamp) => void frame(loop, stamp, stamp));
}

export function pause(): void {
  if (phase.value === 'playing') phase.value = 'paused';
}

/** Goes to the next event, or to where a kill is decided; a run that has not begun begins. */
export async function stepOn(): Promise<void> {
  settle();
  backToNow();
  if (!isUnderWay.value) {
    if (begin()) phase.value = 'paused';
    return;
  }
  phase.value = 'paused';
  const saga = running?.saga;
  if (!saga) return;
  const [{ seq }, kills] = [saga, underWay.peek()];
  while (running?.saga === saga && saga.seq === seq && underWay.peek() === kills && clock.fire()) await turn();
  time.value = clock.now();
}

/** Rolls the run back. */
export function cancel(): void {
  running?.cancel('cancelled in the studio');
}

/** Forgets the run and its saga. */
export function reset(): void {
  discard();
}

function begin(): boolean {
  return attempt('The definition cannot run.', () => {
    const log = goesOn.peek() ? (present.peek()?.log ?? []) : [];
    const own = new VirtualClock(Date.parse(log.at(-1)?.at ?? '') || Date.now());
    const options = { now: () => own.now() };
    const saga = goesOn.peek() ? folded(log, options) : Saga.fromDefinition(JSON.parse(analysis.peek().text.toString()), options);
    adopt(saga, { by: { clock: own, leave, soon }, opened: goesOn.peek() });
    clock = own;
    begun.value = time.value = own.now();
    const switchOfSaga = killSwitch();
    running = run(saga, { ...simulatedActions(own), ...settings.peek(), clock: own, ...(switchOfSaga && { killSwitch: switchOfSaga }) });
    running.then(() => end(saga), (error: SagawardError) => {
      if (running?.saga !== saga) return;
      end(saga);
      refuse('The run stopped.', error);
    });
  });
}

function end(saga: Saga): void {
  if (running?.saga !== saga) return;
  running = undefined;
  time.value = clock.now();
  phase.value = 'ended';
}

/** Another saga takes the place of this one. */
function leave(): void {
  void running?.detach();
  running = undefined;
  phase.value = 'idle';
}

let isBusy = false;
let showLater: (() => void) | undefined;

/** Not between two turns of a frame's work, which would show as many states as there are events. */
function soon(show: () => void): void {
  if (isBusy) showLater = show;
  else requestAnimationFrame(show);
}

/** Lets as much virtual time pass as the frame has taken, unless that is more than a frame can do. */
async function frame(loop: number, stamp: number, last: number): Promise<void> {
  const saga = running?.saga;
  const isCurrent = () => loop === loops && phase.value === 'playing' && running?.saga === saga;
  if (!saga || !isCurrent()) return;
  const target = clock.now() + Math.min(stamp - last, LONGEST_FRAME_MS) * speed.value;
  const busyUntil = performance.now() + Math.min(Math.max(stamp - last, Number.isFinite(speed.value) ? LEAST_BUSY_MS : HURRY_MS), MOST_BUSY_MS);
  isBusy = true;
  let due = true;
  while (due && performance.now() < busyUntil && isCurrent()) {
    due = clock.fire(target);
    if (due) await turn();
  }
  isBusy = false;
  showLater?.();
  showLater = undefined;
  if (!isCurrent()) return;
  if (!due && Number.isFinite(target)) clock.pass(target);
  time.value = clock.now();
  requestAnimationFrame((next) => void frame(loop, next, stamp));
}

const channel = new MessageChannel();
const turns: (() => void)[] = [];
channel.port1.onmessage = () => turns.shift()?.();

/** Until all that is decided now has been told: promises, not timers. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    turns.push(resolve);
    channel.port2.postMessage(undefined);
  });
}
