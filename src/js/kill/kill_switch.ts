import { callable, frozen, id, json, object, reason } from '../arguments.js';
import { SagawardError } from '../errors.js';
import { checkedClock, type Clock, systemClock } from '../run/clock.js';
import { askCore, type Command, isDriven, Saga, type SagaInput } from '../saga.js';
import type { KillReason, KillRequest, KillResult, KillSwitchCore, KillSwitchOptions, KillSwitchSnapshot } from '../sagaward_bg.js';
import { release, withState } from '../state.js';
import { type AttachedSaga, AttachedSagas, type Dispatch, tell } from './attached_sagas.js';
import { Deadline } from './deadline.js';
import { lastResort } from './last_resort.js';
import { written } from './request.js';
import { type Accept, type HandoffOffer, Substitutes } from './substitute.js';
import { killed, terminate, type Termination } from './terminate.js';

/** Lets the kills of a switch reach the saga of a run; returns how that ends. */
export let feedKills: (killSwitch: KillSwitch, saga: Saga, dispatch: Dispatch) => () => void;
/** Looks for a substitute for a run's step; false where nobody is left to tell the saga who has it now. */
export let lookForSubstitute: (killSwitch: KillSwitch, saga: Saga, wanted: HandOff) => boolean;

/** Whose time it is. */
interface Timed {
  /** Epoch milliseconds; default those of the clock. */
  now?: () => number;
  /** Counts the time that callbacks may take. Default the host's. */
  clock?: Clock;
}

type HandOff = Extract<Command, { type: 'hand_off' }>;

interface Move {
  attachment: number;
  step_id: string;
  to_agent: string | null;
}

/**
 * The stop button. A kill fences the agent, calls its termination callback, hands its steps in
 * flight to substitutes, lets the rest be rolled back, and is recorded, whatever fails on the way.
 */
export class KillSwitch {
  // The core that the next constructor call takes over instead of making one.
  static #adopted: KillSwitchCore | undefined;
  #core: KillSwitchCore | undefined;
  readonly #now: () => number;
  /** Begins the time that callbacks may take. */
  readonly #deadline: () => Deadline;
  readonly #terminations = new Map<string, Termination>();
  readonly #substitutes = new Substitutes();
  readonly #signals = new Map<string, AbortController>();
  readonly #sagas = new AttachedSagas({
    settled: (attachment, stepId) => this.#settled(attachment, stepId),
    decided: (attachment, stepId, toAgent) => this.#decided(attachment, stepId, toAgent),
  });
  /** By agent: the kill that a further one joins. */
  readonly #running = new Map<string, { killId: string; result: Promise<KillResult> }>();
  /** By kill, while it is worked on: what to call when an attached step has settled. */
  readonly #underWay = new Map<string, () => void>();
  /** Kills whose record does not know yet what became of its steps. */
  readonly #outdated = new Set<string>();

  static {
    feedKills = (killSwitch, saga, dispatch) => killSwitch.#feed(saga, dispatch);
    lookForSubstitute = (killSwitch, saga, wanted) => killSwitch.#lookForSubstitute(saga, wanted);
  }

  constructor(options: Partial<KillSwitchOptions> & Timed = {}) {
    const adopted = KillSwitch.#adopted;
    KillSwitch.#adopted = undefined;
    const { clock = systemClock, now = () => clock.now(), ...rest } = object(options, 'the options');
    checkedClock(clock);
    this.#now = callable(now, 'now');
    const settings = json(rest, 'the options');
    const core = adopted ?? withState(({ KillSwitchCore }) => KillSwitchCore.create(settings));
    this.#core = core;
    const timeoutMs = withState(() => core.callbackTimeoutMs);
    this.#deadline = () => new Deadline(timeoutMs, clock);
  }

  /** The switch of a snapshot: block list, history, options. Callbacks, substitutes and sagas come in anew. */
  static restore(snapshot: KillSwitchSnapshot, options: Timed = {}): KillSwitch {
    const snapshotText = json(snapshot, 'the snapshot');
    KillSwitch.#adopted = withState(({ KillSwitchCore }) => KillSwitchCore.restore(snapshotText));
    return new KillSwitch(options);
  }

  /** Names what ends an agent. Again: replaces it; after a kill: lets the agent back in. */
  registerAgent(agentDid: string, termination: Termination): void {
    id(agentDid, 'agentDid');
    if (typeof termination !== 'function' && !(termination instanceof AbortController)) {
      throw new SagawardError('bad_argument', 'the termination must be a function or an AbortController');
    }
    const revived = this.#ask((core) => core.revive(agentDid));
    this.#terminations.set(agentDid, termination);
    if (!revived) return;
    // A kill that still runs ends what was registered before; the next one is a kill of its own.
    this.#running.delete(agentDid);
    this.#signals.delete(agentDid);
    for (const attached of this.#sagas.list()) void tell(attached, { type: 'agent_revived', at: this.#time(), agent_did: agentDid }, this.#deadline);
  }

  unregisterAgent(agentDid: string): void {
    this.#terminations.delete(id(agentDid, 'agentDid'));
  }

  /**
   * Adds a substitute to a session. `accept` is asked for each step (default: it accepts); false, a
   * throw or the timeout declines. A killed agent is nobody's substitute.
   */
  registerSubstitute(sessionId: string, agentDid: string, accept?: Accept): void {
    id(sessionId, 'sessionId');
    id(agentDid, 'agentDid');
    if (accept !== undefined) callable(accept, 'accept');
    this.#ask((core) => core.registerSubstitute(sessionId, agentDid, accept !== undefined));
    this.#substitutes.set(sessionId, agentDid, accept);
  }

  unregisterSubstitute(sessionId: string, agentDid: string): void {
    id(sessionId, 'sessionId');
    id(agentDid, 'agentDid');
    this.#ask((core) => core.unregisterSubstitute(sessionId, agentDid));
    this.#substitutes.set(sessionId, agentDid, undefined);
  }

  /**
   * Lets kills find, fence and move the steps of a saga. `dispatch` receives the inputs that a kill
   * causes (default: they go to `saga.handle`). Agents that were killed before are fenced at once.
   */
  attach(saga: Saga, dispatch: Dispatch = (input) => void saga.handle(input)): void {
    sagaOnly(saga);
    callable(dispatch, 'dispatch');
    const killers = new Map<string, string>(JSON.parse(this.#ask((core) => core.killed())));
    const agents = agentsOf(saga);
    const attached = this.#sagas.attach(saga, dispatch);
    for (const agent of agents) {
      const killId = killers.get(agent);
      if (killId !== undefined) void this.#fence(attached, agent, killId);
    }
  }

  detach(saga: Saga): void {
    this.#sagas.detach(sagaOnly(saga));
  }

  /**
   * Kills an agent; it is fenced when this returns. Rejects before any effect where the request is
   * wrong; otherwise resolves with the record, whatever callbacks and substitutes do. A second kill
   * joins the running one.
   */
  async kill(request: KillRequest): Promise<KillResult> {
    this.#open();
    const requestText = written(request);
    const wanted = JSON.parse(requestText) as KillRequest;
    const running = this.#running.get(wanted.agent_did);
    if (running) {
      this.#try((core) => core.join(requestText, running.killId));
      return running.result;
    }
    const killId = `kill:${hex(crypto.getRandomValues(new Uint8Array(8)))}`;
    let resolve!: (result: Promise<KillResult>) => void;
    // Known as running before anything is called, so that a callback that kills again joins.
    const result = new Promise<KillResult>((resolver) => (resolve = resolver));
    this.#running.set(wanted.agent_did, { killId, result });
    resolve(this.#perform(killId, wanted, requestText));
    return result;
  }

  /** Kills every agent with an unfinished step in the attached sagas of a session. */
  async killSession(sessionId: string, reason: KillReason, details = ''): Promise<KillResult[]> {
    const request = (agentDid: string) => ({ agent_did: agentDid, session_id: sessionId, reason, details });
    this.#open();
    // Wrong even where there is nobody to kill.
    written(request(''));
    const sagas = this.#sagas.list().filter(({ saga }) => saga.sessionId === sessionId);
    const agents = new Set(sagas.flatMap(({ saga }) => agentsOf(saga)));
    const alive = [...agents].filter((agent) => this.#running.has(agent) || !this.isKilled(agent));
    return Promise.all(alive.map((agent) => this.kill(request(agent))));
  }

  /** Fires at the fence: the moment from which nothing that the agent reports counts. */
  signal(agentDid: string): AbortSignal {
    const isKilled = this.isKilled(agentDid);
    const controller = this.#signals.get(agentDid) ?? new AbortController();
    this.#signals.set(agentDid, controller);
    if (isKilled) controller.abort(killed(agentDid));
    return controller.signal;
  }

  isRegistered(agentDid: string): boolean {
    return this.#terminations.has(id(agentDid, 'agentDid'));
  }

  isKilled(agentDid: string): boolean {
    id(agentDid, 'agentDid');
    return this.#ask((core) => core.isKilled(agentDid));
  }

  substitutes(sessionId: string): string[] {
    id(sessionId, 'sessionId');
    return JSON.parse(this.#ask((core) => core.substitutes(sessionId)));
  }

  /** The records, oldest first. */
  killHistory(): KillResult[] {
    this.#amend();
    return (JSON.parse(this.#ask((core) => core.history())) as KillResult[]).map(frozen);
  }

  get totalKills(): number {
    return this.#ask((core) => core.totalKills);
  }

  get totalHandoffs(): number {
    this.#amend();
    return this.#ask((core) => core.totalHandoffs);
  }

  /** The block list, the history and the options: what must outlive a restart. */
  snapshot(): KillSwitchSnapshot {
    this.#amend();
    return JSON.parse(this.#ask((core) => core.snapshot()));
  }

  /** Gives the memory back. Kills under way still end their agents; a second time does nothing. */
  free(): void {
    release(this.#core);
    this.#core = undefined;
    for (const attached of this.#sagas.list()) {
      // A run cannot wait for what nobody will decide.
      const left = isDriven(attached.saga) ? attached.saga.steps().filter(({ fence }) => fence) : [];
      for (const { step_id, fence } of left) void tell(attached, { type: 'handoff_refused', at: this.#time(), step_id, kill_id: fence!.kill_id }, this.#deadline);
      this.#sagas.detach(attached.saga);
    }
  }

  [Symbol.dispose](): void {
    this.free();
  }

  /** The run itself asks for substitutes where earlier kills have left it steps. */
  #feed(saga: Saga, dispatch: Dispatch): () => void {
    const killers = new Map<string, string>(JSON.parse(this.#ask((core) => core.killed())));
    this.#sagas.attach(saga, dispatch);
    for (const agent of agentsOf(saga)) {
      const killId = killers.get(agent);
      if (killId !== undefined) dispatch({ type: 'agent_killed', at: this.#time(), agent_did: agent, kill_id: killId });
    }
    return () => this.#sagas.detach(saga);
  }

  #lookForSubstitute(saga: Saga, { step_id, from_agent, kill_id, in_doubt }: HandOff): boolean {
    const attached = this.#sagas.of(saga);
    const step = JSON.stringify({ step_id, saga_id: saga.sagaId, session_id: saga.sessionId, settled: true, in_doubt });
    const reopened = attached && this.#try((core) => (core.reopen(kill_id, from_agent, attached.id, step), true));
    if (!reopened) return false;
    // A kill that is worked on comes to it by itself.
    if (this.#underWay.has(kill_id)) return true;
    this.#underWay.set(kill_id, () => {});
    void this.#handOff(kill_id, () => this.#try((core) => core.amend(kill_id)));
    return true;
  }

  async #perform(killId: string, request: KillRequest, requestText: string): Promise<KillResult> {
    const { agent_did: agentDid, session_id: sessionId, reason, details = '' } = request;
    const begun = this.#time();
    const termination = this.#terminations.get(agentDid);
    this.#terminations.delete(agentDid);
    this.#underWay.set(killId, () => {});
    const already = this.#try((core) => core.begin(requestText, killId, begun)) ?? false;
    const fences = this.#sagas.list().map((attached) => this.#fence(attached, agentDid, killId));
    this.#signals.get(agentDid)?.abort(killed(agentDid));

    for (const fence of fences) if (fence) await fence;

    const context = { killId, agentDid, sessionId, reason, details };
    const ended = already
      ? { outcome: 'already_killed' as const }
      : await terminate(termination, context, this.#deadline, () => this.#allSettled(killId));
    this.#try((core) => core.terminated(killId, ended.outcome, ended.error));

    return this.#handOff(killId, () => {
      const record = this.#try((core) => core.finish(killId, this.#time()));
      if (this.#running.get(agentDid)?.killId === killId) this.#running.delete(agentDid);
      const result = record === undefined ? null : (JSON.parse(record) as KillResult | null);
      return frozen(result ?? lastResort(request, killId, begun, this.#time(), ended));
    });
  }

  /** Tells an attached saga, and learns which of its steps are in flight. */
  #fence(attached: AttachedSaga, agentDid: string, killId: string): Promise<void> | undefined {
    const find = (): void => {
      this.#try((core) => core.found(killId, attached.id, askCore(attached.saga, (saga) => saga.inFlight(agentDid))));
    };
    const told = this.#tell(attached, { type: 'agent_killed', at: this.#time(), agent_did: agentDid, kill_id: killId }, killId);
    return told ? told.then(find) : find() as undefined;
  }

  /** What goes wrong is noted; a promise where there is something to wait for. */
  #tell(attached: AttachedSaga, input: SagaInput, killId: string): Promise<void> | undefined {
    const note = (trouble: string | undefined): void => {
      if (trouble !== undefined) this.#try((core) => core.note(killId, trouble));
    };
    const told = tell(attached, input, this.#deadline);
    return told instanceof Promise ? told.then(note) : note(told) as undefined;
  }

  /** Offers steps until each is decided or held. `done` follows at once, so that no step can settle in between. */
  async #handOff<T>(killId: string, done: () => T): Promise<T> {
    for (;;) {
      const offers = JSON.parse(this.#try((core) => core.offers(killId)) ?? '[]') as (HandoffOffer & { index: number })[];
      const moves = this.#moves(killId);
      if (moves.length === 0 && offers.length === 0) break;
      // One after the other, as they were decided; without a promise, at once.
      for (const move of moves) {
        const told = this.#move(move, killId);
        if (told) await told;
      }
      if (offers.length === 0) continue;
      const answers = await this.#substitutes.ask(offers.map(({ index: _, ...offer }) => offer), this.#deadline());
      answers.forEach(({ accepted, error }, place) => {
        this.#try((core) => core.answer(killId, offers[place]!.index, accepted, error));
      });
    }
    this.#underWay.delete(killId);
    return done();
  }

  /** What was decided and the attached sagas are not yet told. */
  #moves(killId: string): Move[] {
    return JSON.parse(this.#try((core) => core.moves(killId)) ?? '[]');
  }

  #move({ attachment, step_id, to_agent }: Move, killId: string): Promise<void> | undefined {
    const attached = this.#sagas.find(attachment);
    const step = { at: this.#time(), step_id, kill_id: killId };
    if (attached) return this.#tell(attached, to_agent === null ? { type: 'handoff_refused', ...step } : { type: 'handoff_accepted', ...step, to_agent }, killId);
    this.#try((core) => core.note(killId, `step '${step_id}': its saga was detached meanwhile`));
    return undefined;
  }

  /** A step that a kill waits for, or holds, may go on. */
  #settled(attachment: number, stepId: string): void {
    const killId = this.#try((core) => core.settled(attachment, stepId));
    for (const wake of this.#underWay.values()) wake();
    if (killId === undefined || this.#underWay.has(killId)) return;
    this.#underWay.set(killId, () => {});
    // All that settle at once go on together.
    void Promise.resolve().then(() => this.#handOff(killId, () => this.#try((core) => core.amend(killId))));
  }

  #decided(attachment: number, stepId: string, toAgent: string | undefined): void {
    const killId = this.#try((core) => core.decided(attachment, stepId, toAgent));
    if (killId === undefined) return;
    const wake = this.#underWay.get(killId);
    if (wake) return wake();
    // Thousands of steps may be decided in one turn: the record is brought up to date behind them, or once it is read.
    if (this.#outdated.size === 0) queueMicrotask(() => this.#amend());
    this.#outdated.add(killId);
  }

  #amend(): void {
    for (const killId of this.#outdated) this.#try((core) => core.amend(killId));
    this.#outdated.clear();
  }

  /** Resolves once every attached step of a kill has settled; `undefined` where it waits for none. */
  #allSettled(killId: string): Promise<void> | undefined {
    const open = () => this.#try((core) => core.unsettled(killId)) ?? 0;
    if (open() === 0) return undefined;
    return new Promise((resolve) => {
      this.#underWay.set(killId, () => {
        if (open() === 0) resolve();
      });
    });
  }

  #open(): KillSwitchCore {
    if (!this.#core) throw new SagawardError('closed', 'The kill switch was freed.');
    return this.#core;
  }

  #ask<T>(work: (core: KillSwitchCore) => T): T {
    const core = this.#open();
    return withState(() => work(core));
  }

  /** A kill goes on without its core where that is dead or freed. */
  #try<T>(work: (core: KillSwitchCore) => T): T | undefined {
    try {
      return this.#ask(work);
    } catch {
      return undefined;
    }
  }

  /** A clock that fails must not stop a kill. */
  #time(): number {
    try {
      const now = new Date(Number(this.#now())).getTime();
      if (now >= 0) return now;
    } catch {
      // The clock of the host serves.
    }
    return Date.now();
  }
}

function agentsOf(saga: Saga): string[] {
  return JSON.parse(askCore(saga, (core) => core.unfinishedAgents()));
}

function sagaOnly(saga: Saga): Saga {
  if (!(saga instanceof Saga)) throw new SagawardError('bad_argument', `the saga must be a Saga, not ${reason(saga)}`);
  return saga;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
