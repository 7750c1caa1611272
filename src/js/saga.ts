import { callable, frozen, id, json, number, object, optionalText, text } from './arguments.js';
import { SagawardError } from './errors.js';
import type {
  Command,
  Fact,
  Outcome,
  SagaCore,
  SagaDict,
  SagaSnapshot,
  SagaState,
  Step,
  StepDefinition,
  StepState,
  Told,
  ValidateOptions,
} from './sagaward_bg.js';
import { isPlain, rowsOf, stepsOf } from './rows.js';
import { release, withState } from './state.js';
import { assertValidWritten } from './validation.js';

export type StepView = Step;
/** A fact with its place in the log: `seq` counts from 1 without gaps. */
export type SagaEvent = { seq: number; at: string } & Fact;
/** What can be told to a saga; `at` is in epoch milliseconds. */
export type SagaInput = { at: number } & Told;
export type { Command };

const encoder = new TextEncoder();

interface Clock {
  /** Epoch milliseconds. Default `Date.now`. */
  now?: () => number;
}

/** Asks the core of a saga, for the rest of this package. */
export let askCore: <T>(saga: Saga, work: (core: SagaCore) => T) => T;
export let isFreed: (saga: Saga) => boolean;
/** Tells a saga an input that is JSON text already. */
export let handleWritten: (saga: Saga, input: string) => Command[];

/** Whether a run drives a saga, or drove it. */
export function isDriven(saga: Saga): boolean {
  return askCore(saga, (core) => core.isDriven);
}

/** The results of the committed steps that a step waits for. */
export function resultsFor(saga: Saga, stepId: string): Readonly<Record<string, unknown>> {
  const pairs = JSON.parse(askCore(saga, (core) => core.results(stepId))) as [string, unknown][];
  // Without a prototype, and defined rather than assigned: a step may be called `__proto__`.
  const results = Object.create(null) as Record<string, unknown>;
  for (const [id, value] of pairs) Object.defineProperty(results, id, { value: frozen(value), enumerable: true });
  return Object.freeze(results);
}

/**
 * One saga: its steps, its state machine and its log. Every change is an event; the state is
 * nothing but the fold of the log. What is illegal throws and changes nothing.
 */
export class Saga {
  // The core that the next constructor call takes over instead of making one.
  static #adopted: SagaCore | undefined;
  #core: SagaCore | undefined;
  readonly #now: () => number;
  readonly #listeners = new Set<(event: SagaEvent) => void>();
  #told: number;
  #telling = false;
  #views = new Map<string, unknown>();
  #viewed = 0;

  /** A saga without steps; `saga_id` is `saga:` and a random UUID where none is given. */
  constructor(init: { session_id: string; saga_id?: string; name?: string }, options: Clock = {}) {
    const adopted = Saga.#adopted;
    Saga.#adopted = undefined;
    const { now = Date.now } = object(options, 'the options');
    this.#now = callable(now, 'now');
    this.#core = adopted ?? create(init, now());
    this.#told = this.seq;
  }

  static {
    askCore = (saga, work) => saga.#ask(work);
    isFreed = (saga) => saga.#core === undefined;
    handleWritten = (saga, input) => saga.#handle(input);
  }

  static #adopt(core: SagaCore, options: Clock): Saga {
    Saga.#adopted = core;
    return new Saga({ session_id: '' }, options);
  }

  /** The saga of a definition; throws SagaSchemaError where it is invalid. */
  static fromDefinition(definition: unknown, options: ValidateOptions & Clock & { saga_id?: string } = {}): Saga {
    const { now = Date.now, saga_id, ...validation } = object(options, 'the options');
    const definitionText = json(definition, 'the definition');
    assertValidWritten(definitionText, validation);
    const named = saga_id === undefined ? randomId() : id(saga_id, 'saga_id');
    const at = number(callable(now, 'now')(), 'now()');
    const core = withState(({ SagaCore }) => SagaCore.fromDefinition(encoder.encode(definitionText), named, at));
    return Saga.#adopt(core, { now });
  }

  /** The saga of a snapshot and, where given, of the events behind it. Its log begins there. */
  static restore(snapshot: SagaSnapshot, laterEvents: Iterable<SagaEvent> = [], options: Clock = {}): Saga {
    const later = lines(laterEvents);
    const core = restored(snapshot);
    if (later.length > 0) withState(() => core.fold(later));
    return Saga.#adopt(core, options);
  }

  /** The saga of its log. */
  static replay(events: Iterable<SagaEvent>, options: Clock = {}): Saga {
    const log = lines(events);
    return Saga.#adopt(withState(({ SagaCore }) => SagaCore.replay(log)), options);
  }

  get sagaId(): string {
    return this.#ask((core) => core.sagaId);
  }

  get sessionId(): string {
    return this.#ask((core) => core.sessionId);
  }

  get name(): string {
    return this.#ask((core) => core.name);
  }

  /** The number of the last event. */
  get seq(): number {
    return this.#ask((core) => core.seq);
  }

  get state(): SagaState {
    return this.#ask((core) => core.state) as SagaState;
  }

  /** How it ended; `null` while it has not. */
  get outcome(): Outcome | null {
    return JSON.parse(this.#ask((core) => core.outcome));
  }

  get error(): string | null {
    return this.#ask((core) => core.error) ?? null;
  }

  /** `operator` while a step stands still until its killed agent's action settles or a person decides. */
  get waitingFor(): 'operator' | null {
    return this.#ask((core) => core.waitsForOperator) ? 'operator' : null;
  }

  get createdAt(): string {
    return this.#ask((core) => core.createdAt);
  }

  get completedAt(): string | null {
    return this.#ask((core) => core.completedAt) ?? null;
  }

  /** The steps in the order of the definition; frozen, and the same list until the next event. */
  steps(): readonly StepView[] {
    return this.#view('steps', () => {
      const steps = this.#steps();
      // One that was handed out alone stays the same object.
      return frozen(steps.map((step) => (this.#views.get(`step ${step.step_id}`) as StepView | undefined) ?? step));
    });
  }

  step(stepId: string): StepView | undefined {
    const wanted = id(stepId, 'stepId');
    // Alone, so that its price does not grow with the saga.
    return this.#view(`step ${wanted}`, () => {
      if (this.#views.has('steps')) return this.#byId().get(wanted);
      const step = this.#ask((core) => core.step(wanted));
      return step === undefined ? undefined : frozen(JSON.parse(step) as StepView);
    });
  }

  /** What a rollback would have to undo, in the order of the definition. */
  committedSteps(): readonly StepView[] {
    return this.#view('committed', () => this.#named(this.#ask((core) => core.committedSteps())));
  }

  committedStepsReversed(): readonly StepView[] {
    return this.#view('reversed', () => Object.freeze(this.committedSteps().toReversed()));
  }

  /** The pending steps whose turn it is, in the order of work. */
  readySteps(): readonly StepView[] {
    return this.#view('ready', () => this.#named(this.#ask((core) => core.readySteps())));
  }

  /** The events from number `fromSeq` on; a restored saga has those behind its snapshot. */
  log(fromSeq = 1): readonly SagaEvent[] {
    const from = number(fromSeq, 'fromSeq');
    return this.#view(`log ${from}`, () => frozen(JSON.parse(this.#ask((core) => core.log(from))) as SagaEvent[]));
  }

  /** Adds a step at the end; it may wait for those before it. */
  addStep(step: StepDefinition): void {
    const stepText = json(step, 'the step');
    const at = this.#time(undefined);
    this.#change((core) => core.addStep(stepText, at));
  }

  /** Sets the saga's state by hand; throws SagaStateError. */
  transition(to: SagaState, details: { error?: string; at?: number } = {}): void {
    const state = text(to, 'to');
    const error = optionalText(object(details, 'the details').error, 'error');
    const at = this.#time(details.at);
    this.#change((core) => core.transition(state, error, at));
  }

  /** Sets a step's state by hand; `result` is any JSON value. Throws SagaStateError. */
  transitionStep(stepId: string, to: StepState, details: { result?: unknown; error?: string; at?: number } = {}): void {
    const step = id(stepId, 'stepId');
    const state = text(to, 'to');
    const result = object(details, 'the details').result === undefined ? undefined : json(details.result, 'the result');
    const error = optionalText(details.error, 'error');
    const at = this.#time(details.at);
    this.#change((core) => core.transitionStep(step, state, result, error, at));
  }

  /**
   * The pure core: tells the saga one thing, and returns what is to be done now. What is stale,
   * repeated or not its business changes nothing.
   */
  handle(input: SagaInput): Command[] {
    return this.#handle(json(input, 'the input'));
  }

  /** What the reference's `to_dict` gives. */
  toDict(): SagaDict {
    return JSON.parse(this.#ask((core) => core.toDict()));
  }

  /** All that is known of the saga but its log. */
  snapshot(): SagaSnapshot {
    const snapshot = JSON.parse(this.#ask((core) => core.snapshotWithoutSteps())) as SagaSnapshot;
    snapshot.steps = this.#steps();
    return snapshot;
  }

  /**
   * Calls `listener` with every later event, in order. It may call back into the saga; what it
   * throws harms nobody. Returns how to stop.
   */
  subscribe(listener: (event: SagaEvent) => void): () => void {
    callable(listener, 'listener');
    const since = this.seq;
    // An entry of its own, so that a listener subscribed twice is called twice.
    const entry = (event: SagaEvent) => {
      if (event.seq > since) listener(event);
    };
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  /** Gives the memory back. The saga can no longer be used; a second time does nothing. */
  free(): void {
    release(this.#core);
    this.#core = undefined;
    this.#listeners.clear();
    this.#views.clear();
  }

  [Symbol.dispose](): void {
    this.free();
  }

  #ask<T>(work: (core: SagaCore) => T): T {
    const core = this.#core;
    if (!core) throw new SagawardError('closed', 'The saga was freed.');
    return withState(() => work(core));
  }

  #handle(input: string): Command[] {
    return JSON.parse(this.#change((core) => core.handle(input)));
  }

  #change<T>(work: (core: SagaCore) => T): T {
    const done = this.#ask(work);
    this.#tell();
    return done;
  }

  // Events are told one after the other, also those that a listener causes.
  #tell(): void {
    if (this.#listeners.size === 0) this.#told = this.seq;
    if (this.#telling) return;
    this.#telling = true;
    try {
      while (this.#core && this.#told < this.seq) {
        for (const event of this.log(this.#told + 1)) {
          this.#told = event.seq;
          for (const listener of [...this.#listeners]) {
            try {
              listener(event);
            } catch {
              // A listener's trouble is its own.
            }
          }
        }
      }
    } finally {
      this.#telling = false;
    }
  }

  /** What was made of the state, until the next event. */
  #view<T>(name: string, make: () => T): T {
    const seq = this.seq;
    if (this.#viewed !== seq) this.#views.clear();
    this.#viewed = seq;
    if (!this.#views.has(name)) this.#views.set(name, make());
    return this.#views.get(name) as T;
  }

  #steps(): Step[] {
    return stepsOf(JSON.parse(this.#ask((core) => core.steps())));
  }

  #byId(): ReadonlyMap<string, StepView> {
    return this.#view('by id', () => new Map(this.steps().map((step) => [step.step_id, step])));
  }

  #named(ids: string): readonly StepView[] {
    const steps = this.#byId();
    return Object.freeze((JSON.parse(ids) as string[]).flatMap((named) => steps.get(named) ?? []));
  }

  #time(at: number | undefined): number {
    return number(at ?? this.#now(), 'at');
  }
}

function create(init: { session_id: string; saga_id?: string; name?: string }, now: number): SagaCore {
  const { session_id, saga_id, name = '' } = object(init, 'the saga');
  const session = id(session_id, 'session_id');
  const named = saga_id === undefined ? randomId() : id(saga_id, 'saga_id');
  const called = id(name, 'name');
  const at = number(now, 'now()');
  return withState(({ SagaCore }) => SagaCore.create(named, session, called, at));
}

/** The core of a snapshot; in rows, where its steps look as they were taken. */
function restored(snapshot: unknown): SagaCore {
  const restore = (document: unknown, rows?: unknown[][]) => {
    const [whole, steps] = [document, rows].map((part) => (part === undefined ? undefined : encoder.encode(json(part, 'the snapshot'))));
    return withState(({ SagaCore }) => SagaCore.restore(whole as Uint8Array, steps));
  };
  try {
    const { steps, ...rest } = (isPlain(snapshot, Object.prototype) ? snapshot : {}) as { steps?: unknown };
    const rows = rowsOf(steps);
    if (rows) return restore({ ...rest, steps: [] }, rows);
  } catch {
    // The whole document says what is wrong and where.
  }
  return restore(snapshot);
}

function randomId(): string {
  const random = crypto.getRandomValues(new Uint8Array(16));
  return withState(({ sagaId }) => sagaId(random));
}

function lines(events: Iterable<SagaEvent>): Uint8Array {
  if (typeof events?.[Symbol.iterator] !== 'function') throw new SagawardError('bad_argument', 'the events must be a list');
  return encoder.encode(Array.from(events, (event) => json(event, 'an event')).join('\n'));
}
