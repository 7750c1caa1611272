import type { Activity, Saga, StepView } from '../../slim.js';
import { type Summary, summaryOf } from '../summary.js';

/** What is listed of a saga, or of a file that cannot be read. The studio's page has this shape too. */
export type Row = Listed | Unreadable;

interface Unreadable {
  /** Names the saga's file. */
  readonly key: string;
  readonly problem: string;
}

export interface Listed extends Readonly<Summary> {
  readonly key: string;
  readonly steps: number;
  readonly committed: number;
  /** Who is at work, and how many more. */
  readonly agents: readonly string[];
  readonly more_agents: number;
  /** How many more than `waits_for` names. */
  readonly waits_for_more: number;
}

// What is listed of a saga is bounded, whatever the saga holds.
const LONGEST_TEXT = 200;
const MOST_NAMED = 5;
/** What a step does while nobody works on it. */
const RESTS: ReadonlySet<Activity> = new Set<Activity>(['waiting', 'exhausted', 'held']);

export function rowOf(key: string, saga: Saga, updatedAt: string): Listed {
  const { waits_for, ...summary } = summaryOf(saga, updatedAt);
  const steps = saga.steps();
  const atWork = saga.outcome === null ? steps.filter(isAtWork) : [];
  const agents = [...new Set(atWork.map(({ agent_did }) => agent_did))];
  const { saga_id, session_id, name, error } = summary;
  return {
    ...summary,
    key,
    saga_id: cut(saga_id),
    session_id: cut(session_id),
    name: cut(name),
    error: error === null ? null : cut(error),
    steps: steps.length,
    committed: steps.filter(({ state }) => state === 'committed').length,
    agents: agents.slice(0, MOST_NAMED).map((did) => cut(did)),
    more_agents: Math.max(0, agents.length - MOST_NAMED),
    waits_for: waits_for.slice(0, MOST_NAMED).map((one) => ({ ...one, step_id: cut(one.step_id) })),
    waits_for_more: Math.max(0, waits_for.length - MOST_NAMED),
  };
}

function isAtWork({ state, activity, fence }: StepView): boolean {
  return (state === 'executing' || state === 'compensating') && !RESTS.has(activity) && !fence?.settled;
}

export function unreadable(key: string, problem: string): Row {
  return { key, problem: cut(problem, 1_000) };
}

function cut(text: string, most = LONGEST_TEXT): string {
  return text.length > most ? `${text.slice(0, most - 1).toWellFormed()}…` : text;
}
