import { callable, json, object } from '../arguments.js';
import { SagawardError } from '../errors.js';
import type { Journal } from '../journal/journal.js';
import { KillSwitch } from '../kill/kill_switch.js';
import type { SagaEvent, StepView } from '../saga.js';
import type { RunSettings } from '../sagaward_bg.js';
import { withState } from '../state.js';
import type { Actions } from './actions.js';
import { checkedClock, type Clock, systemClock } from './clock.js';
import type { SagaRun } from './run.js';

type Awaitable<T> = T | Promise<T>;

/** How a saga is run: the actions, the settings (all have defaults), and what watches over it. */
export interface RunOptions extends Actions, Partial<Omit<RunSettings, 'retry'>> {
  /** When a failed attempt is followed by the next. Default as in the reference: after 1 s, 2 s, 3 s … */
  retry?: Partial<RunSettings['retry']>;
  /** Its kills reach this saga. */
  killSwitch?: KillSwitch;
  /** Keeps every event before what follows from it is done. */
  journal?: Journal;
  /** Cancels the saga. */
  signal?: AbortSignal;
  /** Asked before a step with a checkpoint_goal runs: a returned result commits it without running. */
  achieved?(goal: string, step: StepView): Awaitable<{ result: unknown } | undefined>;
  /** Given the run before it begins: for who gets a promise instead, and for `onEvent`. */
  onRun?(run: SagaRun): void;
  /** Told every event once it is durable. What it throws harms nobody. */
  onEvent?(event: SagaEvent): void;
  /** Whose time it is. Default the host's. */
  clock?: Clock;
}

export interface CheckedOptions {
  actions: Required<Actions>;
  achieved: NonNullable<RunOptions['achieved']> | undefined;
  killSwitch: KillSwitch | undefined;
  journal: Journal | undefined;
  signal: AbortSignal | undefined;
  onRun: ((run: SagaRun) => void) | undefined;
  onEvent: ((event: SagaEvent) => void) | undefined;
  clock: Clock;
  settings: Partial<Omit<RunSettings, 'retry'>> & Pick<RunOptions, 'retry'>;
}

/** Refuses what cannot be meant, before anything happens. */
export function checked(options: RunOptions): CheckedOptions {
  const { execute, compensate, check, achieved, killSwitch, journal, signal, onRun, onEvent, clock = systemClock, ...settings } = object(options, 'the options');
  callable(execute, 'execute');
  callable(compensate, 'compensate');
  if (check !== undefined) callable(check, 'check');
  if (achieved !== undefined) callable(achieved, 'achieved');
  if (onRun !== undefined) callable(onRun, 'onRun');
  if (onEvent !== undefined) callable(onEvent, 'onEvent');
  if (killSwitch !== undefined && !(killSwitch instanceof KillSwitch)) throw bad('killSwitch must be a KillSwitch');
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw bad('signal must be an AbortSignal');
  if (journal !== undefined) checkedJournal(journal);
  checkedClock(clock);
  const written = json(settings, 'the options');
  withState(({ checkRunSettings }) => checkRunSettings(written));
  return {
    // Called on the object they came with, so that an instance of a class serves as well.
    actions: {
      execute: (step, context) => execute.call(options, step, context),
      compensate: (step, context) => compensate.call(options, step, context),
      check: (steps) => check?.call(options, steps),
    },
    achieved: achieved && ((goal, step) => achieved.call(options, goal, step)),
    killSwitch,
    journal,
    signal,
    onRun: onRun && ((run) => onRun.call(options, run)),
    onEvent: onEvent && ((event) => onEvent.call(options, event)),
    clock,
    settings,
  };
}

export function checkedJournal(journal: Journal): Journal {
  for (const method of ['append', 'read', 'list'] as const) callable(object(journal, 'journal')[method], `journal.${method}`);
  return journal;
}

function bad(message: string): SagawardError {
  return new SagawardError('bad_argument', message);
}
