import type { SagaEvent } from 'sagaward/slim';

export type Kind = 'attempt' | 'backoff' | 'undo' | 'held';

/** Something that takes time. */
export interface Span {
  readonly kind: Kind;
  readonly attempt: number;
  readonly agent: string;
  readonly from: number;
  /** None while it goes on. */
  readonly to?: number;
  /** How it ended. */
  readonly end?: string;
}

export interface Lane {
  readonly id: string;
  readonly spans: readonly Span[];
}

export interface Kill {
  readonly at: number;
  readonly agent: string;
}

/** What the log says, over time; times are epoch milliseconds. */
export interface Chart {
  readonly from: number;
  readonly to: number;
  readonly lanes: readonly Lane[];
  readonly kills: readonly Kill[];
}

const STATE_KINDS: Readonly<Record<string, Kind>> = { executing: 'attempt', compensating: 'undo' };

/** The chart of a log; of a log that begins later, what it still tells. */
export function chartOf(log: readonly SagaEvent[]): Chart {
  const lanes = new Map<string, LaneInTheMaking>();
  const kills: Kill[] = [];
  const lane = (id: string, agent = '') => {
    const known = lanes.get(id) ?? new LaneInTheMaking(agent);
    lanes.set(id, known);
    return known;
  };
  for (const event of log) {
    const at = Date.parse(event.at);
    switch (event.type) {
      case 'saga_created':
        for (const { id, agent } of event.steps) lane(id, agent);
        break;
      case 'step_added':
        lane(event.step.id, event.step.agent);
        break;
      case 'attempt_started':
        lane(event.step_id).begin(event.action === 'execute' ? 'attempt' : 'undo', at, event.attempt);
        break;
      case 'step_transitioned': {
        const kind = STATE_KINDS[event.to];
        if (kind) lane(event.step_id).begin(kind, at, 1);
        else lane(event.step_id).close(at, event.to);
        break;
      }
      case 'attempt_timed_out':
        lane(event.step_id).ending = 'timed out';
        break;
      case 'attempt_failed':
        lane(event.step_id).close(at, 'failed');
        if (event.retry_at !== undefined) lane(event.step_id).begin('backoff', at, 0);
        break;
      case 'attempt_lost':
        lane(event.step_id).close(at, 'lost');
        break;
      case 'retry_due':
      case 'undo_retried':
        lane(event.step_id).close(at, 'over');
        break;
      case 'assumed_committed':
        lane(event.step_id).close(at, 'in doubt');
        break;
      case 'undo_held':
      case 'step_fenced':
        lane(event.step_id).begin('held', at, 0);
        break;
      case 'agent_killed':
        kills.push({ at, agent: event.agent_did });
        for (const one of lanes.values()) one.killed(event.agent_did);
        break;
      case 'attempt_settled':
        lane(event.step_id).close(at, 'killed');
        break;
      case 'step_handed_off':
        lane(event.step_id).close(at, 'handed off');
        lane(event.step_id).agent = event.to_agent;
        break;
      case 'step_abandoned':
        lane(event.step_id).close(at, 'abandoned');
        break;
      case 'saga_transitioned':
        if (event.to !== 'compensating') for (const one of lanes.values()) one.close(at, event.to);
        break;
      case 'run_started':
      case 'run_recovered':
      case 'run_paused':
      case 'run_resumed':
      case 'checkpoint_reached':
      case 'agent_revived':
        break;
    }
  }
  const [first, last] = [log[0], log.at(-1)];
  return {
    from: first ? Date.parse(first.at) : 0,
    to: last ? Date.parse(last.at) : 0,
    lanes: [...lanes].map(([id, { spans, open }]) => ({ id, spans: open ? [...spans, open] : spans })),
    kills,
  };
}

class LaneInTheMaking {
  readonly spans: Span[] = [];
  open: Span | undefined;
  agent: string;
  /** Said of what goes on before it ends. */
  ending: string | undefined;

  constructor(agent: string) {
    this.agent = agent;
  }

  begin(kind: Kind, from: number, attempt: number): void {
    this.close(from, 'over');
    this.open = { kind, attempt, agent: this.agent, from };
  }

  close(to: number, end: string): void {
    if (this.open) this.spans.push({ ...this.open, to, end: this.ending ?? end });
    this.open = undefined;
    this.ending = undefined;
  }

  killed(agent: string): void {
    if (this.open?.kind === 'attempt' && this.agent === agent) this.ending = 'killed';
  }
}
