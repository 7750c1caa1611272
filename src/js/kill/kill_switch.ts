import { callable, frozen, json, reason, text } from '../arguments.js';
import { SagawardError } from '../errors.js';
import { askCore, type Saga, type SagaInput } from '../saga.js';
import type { KillReason, KillRequest, KillResult, KillSwitchCore, KillSwitchOptions, KillSwitchSnapshot } from '../sagaward_bg.js';
import { withState } from '../state.js';
import { lastResort } from './last_resort.js';
import { ask, type Accept, type HandoffOffer } from './substitute.js';
import { Deadline } from './deadline.js';
import { terminate, type KillContext, type Termination } from './terminate.js';

interface Attachment {
  id: number;
  dispatch: (input: SagaInput) => void;
  unsubscribe: () => void;
}

interface Running {
  killId: string;
  result: Promise<KillResult>;
  /** Called when an attached step of this kill has settled. */
  wake: () => void;
}

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
  static #adopted: KillSwitchCore | undefined;
  #core: KillSwitchCore | undefined;
  readonly #now: () => number;
  readonly #timeoutMs: number;
  readonly #callbacks = new Map<string, Termination>();
  readonly #accepts = new Map<string, Map<string, Accept>>();
  readonly #signals = new Map<string, AbortController>();
  readonly #attached = new Map<Saga, Attachment>();
  readonly #running = new Map<string, Running>();
  #attachments = 0;

  constructor(options: Partial<KillSwitchOptions> & { now?: () => number } = {}) {
    const adopted = KillSwitch.#adopted;
    KillSwitch.#adopted = undefined;
    const { now, ...rest } = options;
    this.#now = callable(now, 'now') ?? Date.now;
    const settings = json(rest, 'the options');
    const core = adopted ?? withState(({ KillSwitchCore }) => KillSwitchCore.create(settings));
    this.#core = core;
    this.#timeoutMs = withState(() => core.callbackTimeoutMs);
  }

  /** The switch of a snapshot: block list, history, options. Callbacks, substitutes and sagas come in anew. */
  static restore(snapshot: KillSwitchSnapshot, options: { now?: () => number } = {}): KillSwitch {
    const snapshotText = json(snapshot, 'the snapshot');
    KillSwitch.#adopted = withState(({ KillSwitchCore }) => KillSwitchCore.restore(snapshotText));
    return new KillSwitch(options);
  }

  /** Names what ends an agent. Again: replaces it; after a kill: lets the agent back in. */
  registerAgent(agentDid: string, termination: Termination): void {
    text(agentDid, 'agentDid');
    if (typeof termination !== 'function' && !(termination instanceof AbortController)) {
      throw new SagawardError('bad_argument', 'the termination must be a function or an AbortController');
    }
    const revived = this.#ask((core) => core.revive(agentDid));
    this.#callbacks.set(agentDid, termination);
    if (!revived) return;
    this.#signals.delete(agentDid);
    for (const [saga, { dispatch }] of this.#attached) {
      this.#send(saga, dispatch, { type: 'agent_revived', at: this.#now(), agent_did: agentDid });
    }
  }

  unregisterAgent(agentDid: string): void {
    this.#callbacks.delete(text(agentDid, 'agentDid'));
  }

  /**
   * Adds a substitute to a session. `accept` is asked for each step (default: it accepts); false, a
   * throw or the timeout declines. A killed agent is nobody's substitute.
   */
  registerSubstitute(sessionId: string, agentDid: string, accept?: Accept): void {
    text(sessionId, 'sessionId');
    text(agentDid, 'agentDid');
    callable(accept, 'accept');
    this.#ask((core) => core.registerSubstitute(sessionId, agentDid, accept !== undefined));
    const session = this.#accepts.get(sessionId) ?? new Map<string, Accept>();
    if (accept) this.#accepts.set(sessionId, session.set(agentDid, accept));
    else session.delete(agentDid);
  }

  unregisterSubstitute(sessionId: string, agentDid: string): void {
    text(sessionId, 'sessionId');
    text(agentDid, 'agentDid');
    this.#ask((core) => core.unregisterSubstitute(sessionId, agentDid));
    this.#accepts.get(sessionId)?.delete(agentDid);
    if (this.#accepts.get(sessionId)?.size === 0) this.#accepts.delete(sessionId);
  }

  /**
   * Lets kills find, fence and move the steps of a saga. `dispatch` receives the inputs that a kill
   * causes (default: they go to `saga.handle`). Agents that were killed before are fenced at once.
   */
  attach(saga: Saga, dispatch?: (input: SagaInput) => void): void {
    callable(dispatch, 'dispatch');
    const tell = dispatch ?? ((input: SagaInput) => void saga.handle(input));
    const known = this.#attached.get(saga);
    if (known) {
      known.dispatch = tell;
      return;
    }
    const id = ++this.#attachments;
    const unsubscribe = saga.subscribe((event) => {
      if (event.type === 'attempt_settled') this.#settled(id, event.step_id);
    });
    this.#attached.set(saga, { id, dispatch: tell, unsubscribe });
    const killed: Record<string, string> = JSON.parse(this.#ask((core) => core.killed()));
    for (const agent of agentsOf(saga)) {
      const killId = killed[agent];
      if (killId) this.#send(saga, tell, { type: 'agent_killed', at: this.#now(), agent_did: agent, kill_id: killId });
    }
  }

  detach(saga: Saga): void {
    this.#attached.get(saga)?.unsubscribe();
    this.#attached.delete(saga);
  }

  /**
   * Kills an agent. Rejects before any effect where the request is wrong; otherwise resolves with
   * the record, whatever callbacks and substitutes do. A second kill joins the running one.
   */
  async kill(request: KillRequest): Promise<KillResult> {
    const requestText = written(request);
    const { agent_did: agentDid } = JSON.parse(requestText) as KillRequest;
    try {
      withState(({ KillSwitchCore }) => KillSwitchCore.check(requestText));
    } catch (error) {
      if (!lost(error)) throw error;
    }
    text(agentDid, 'agent_did');
    const running = this.#running.get(agentDid);
    if (running) {
      this.#try(running.killId, (core) => core.join(requestText, running.killId));
      return running.result;
    }
    const killId = `kill:${hex(crypto.getRandomValues(new Uint8Array(8)))}`;
    let settle!: (result: KillResult) => void;
    // Known as running before anything is called, so that a callback that kills again joins.
    const entry: Running = { killId, result: new Promise((resolve) => (settle = resolve)), wake: () => {} };
    this.#running.set(agentDid, entry);
    settle(await this.#perform(entry, requestText));
    return entry.result;
  }

  /** Kills every agent with an unfinished step in the attached sagas of a session. */
  killSession(sessionId: string, reason: KillReason, details = ''): Promise<KillResult[]> {
    const agents = new Set<string>();
    for (const saga of this.#attached.keys()) {
      if (saga.sessionId === sessionId) for (const agent of agentsOf(saga)) if (!this.isKilled(agent)) agents.add(agent);
    }
    return Promise.all([...agents].map((agent) => this.kill({ agent_did: agent, session_id: sessionId, reason, details })));
  }

  /** Fires at the fence: the moment from which nothing that the agent reports counts. */
  signal(agentDid: string): AbortSignal {
    text(agentDid, 'agentDid');
    let controller = this.#signals.get(agentDid);
    if (!controller) {
      controller = new AbortController();
      if (this.isKilled(agentDid)) controller.abort(fenced(agentDid));
      this.#signals.set(agentDid, controller);
    }
    return controller.signal;
  }

  isRegistered(agentDid: string): boolean {
    return this.#callbacks.has(text(agentDid, 'agentDid'));
  }

  isKilled(agentDid: string): boolean {
    text(agentDid, 'agentDid');
    return this.#ask((core) => core.isKilled(agentDid));
  }

  substitutes(sessionId: string): string[] {
    text(sessionId, 'sessionId');
    return JSON.parse(this.#ask((core) => core.substitutes(sessionId)));
  }

  /** The records, oldest first. */
  killHistory(): KillResult[] {
    return (JSON.parse(this.#ask((core) => core.history())) as KillResult[]).map(frozen);
  }

  get totalKills(): number {
    return this.#ask((core) => core.totalKills);
  }

  get totalHandoffs(): number {
    return this.#ask((core) => core.totalHandoffs);
  }

  /** The block list, the history and the options: what must outlive a restart. */
  snapshot(): KillSwitchSnapshot {
    return JSON.parse(this.#ask((core) => core.snapshot()));
  }

  /** Gives the memory back. Kills under way still end their agents; a second time does nothing. */
  free(): void {
    const core = this.#core;
    this.#core = undefined;
    for (const saga of [...this.#attached.keys()]) this.detach(saga);
    if (core) withState(() => core.free());
  }

  [Symbol.dispose](): void {
    this.free();
  }

  async #perform(running: Running, requestText: string): Promise<KillResult> {
    const { killId } = running;
    const request = JSON.parse(requestText) as KillRequest;
    const agentDid = request.agent_did;
    const begun = this.#now();
    const callback = this.#callbacks.get(agentDid);
    this.#callbacks.delete(agentDid);
    const already = this.#try(killId, (core) => core.begin(requestText, killId, begun)) ?? false;
    this.#fence(killId, agentDid);
    this.#signals.get(agentDid)?.abort(fenced(agentDid));

    const context: Omit<KillContext, 'signal'> = {
      killId, agentDid, sessionId: request.session_id, reason: request.reason, details: request.details ?? '',
    };
    const settled = () => this.#allSettled(running);
    const ended = already ? { outcome: 'already_killed' as const } : await terminate(callback, context, this.#timeoutMs, settled);
    this.#try(killId, (core) => core.terminated(killId, ended.outcome, ended.error));
    await this.#handOff(killId);

    const record = this.#try(killId, (core) => core.finish(killId, this.#now()));
    this.#running.delete(agentDid);
    const result = record ? (JSON.parse(record) as KillResult | null) : null;
    return frozen(result ?? lastResort(request, killId, begun, this.#now(), ended));
  }

  /** Tells the attached sagas, and learns which of their steps are in flight. */
  #fence(killId: string, agentDid: string): void {
    for (const [saga, { id, dispatch }] of [...this.#attached]) {
      const trouble = this.#send(saga, dispatch, { type: 'agent_killed', at: this.#now(), agent_did: agentDid, kill_id: killId });
      this.#try(killId, (core) => {
        if (trouble) core.note(killId, trouble);
        core.found(killId, id, askCore(saga, (one) => one.inFlight(agentDid)));
      });
    }
  }

  async #handOff(killId: string): Promise<void> {
    for (;;) {
      const offers = JSON.parse(this.#try(killId, (core) => core.offers(killId)) ?? '[]') as (HandoffOffer & { index: number })[];
      this.#move(killId);
      if (offers.length === 0) return;
      const deadline = new Deadline(this.#timeoutMs);
      const answers = await Promise.all(
        offers.map(({ index, ...offer }) =>
          ask(this.#accepts.get(offer.session_id)?.get(offer.to_agent), offer, deadline).then((answer) => ({ index, ...answer })),
        ),
      );
      deadline.clear();
      for (const { index, accepted, error } of answers) {
        this.#try(killId, (core) => core.answer(killId, index, accepted, error));
      }
    }
  }

  #move(killId: string): void {
    const moves = JSON.parse(this.#try(killId, (core) => core.moves(killId)) ?? '[]') as Move[];
    if (moves.length === 0) return;
    const sagas = new Map([...this.#attached].map(([saga, { id, dispatch }]) => [id, { saga, dispatch }]));
    for (const { attachment, step_id, to_agent } of moves) {
      const attached = sagas.get(attachment);
      const at = this.#now();
      const trouble = attached
        ? this.#send(attached.saga, attached.dispatch, to_agent === null
          ? { type: 'handoff_refused', at, step_id, kill_id: killId }
          : { type: 'handoff_accepted', at, step_id, to_agent, kill_id: killId })
        : `step '${step_id}': its saga was detached meanwhile`;
      if (trouble) this.#try(killId, (core) => core.note(killId, trouble));
    }
  }

  /** A step that a kill holds may go on; one that a running kill waits for wakes it. */
  #settled(attachment: number, stepId: string): void {
    const killId = this.#try('', (core) => core.settled(attachment, stepId));
    for (const running of this.#running.values()) running.wake();
    if (killId && ![...this.#running.values()].some((running) => running.killId === killId)) {
      void this.#handOff(killId).then(() => this.#try(killId, (core) => core.amend(killId)));
    }
  }

  /** Resolves once every attached step of a kill has settled; `undefined` where it has none. */
  #allSettled(running: Running): Promise<void> | undefined {
    const open = () => this.#try(running.killId, (core) => core.unsettled(running.killId)) ?? 0;
    if (open() === 0) return undefined;
    return new Promise((resolve) => {
      running.wake = () => {
        if (open() === 0) resolve();
      };
    });
  }

  /** Tells a saga; where its driver fails to, the saga itself, for a fence must hold. */
  #send(saga: Saga, dispatch: (input: SagaInput) => void, input: SagaInput): string | undefined {
    try {
      dispatch(input);
      return undefined;
    } catch (error) {
      try {
        saga.handle(input);
      } catch {
        // Freed or poisoned: nothing of it can move any more.
      }
      return `saga: ${reason(error)}`;
    }
  }

  #ask<T>(work: (core: KillSwitchCore) => T): T {
    const core = this.#core;
    if (!core) throw new SagawardError('closed', 'The kill switch was freed.');
    return withState(() => work(core));
  }

  /** A kill goes on without its core where that is dead or freed. */
  #try<T>(_killId: string, work: (core: KillSwitchCore) => T): T | undefined {
    try {
      return this.#ask(work);
    } catch (error) {
      if (lost(error)) return undefined;
      throw error;
    }
  }
}

function agentsOf(saga: Saga): string[] {
  return JSON.parse(askCore(saga, (core) => core.unfinishedAgents()));
}

/** The request as JSON; a step that cannot be written is handed to the core as `null`. */
function written(request: KillRequest): string {
  const { in_flight_steps: steps, ...rest } = { ...request };
  if (!Array.isArray(steps)) return json({ ...rest, in_flight_steps: steps }, 'the request');
  const readable = steps.map((step) => {
    try {
      return JSON.parse(JSON.stringify(step)) as unknown;
    } catch {
      return null;
    }
  });
  return json({ ...rest, in_flight_steps: readable }, 'the request');
}

function lost(error: unknown): boolean {
  return error instanceof SagawardError && (error.code === 'poisoned' || error.code === 'closed');
}

function fenced(agentDid: string): SagawardError {
  return new SagawardError('killed', `The agent '${agentDid}' was killed.`);
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
