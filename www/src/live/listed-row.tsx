import type { Outcome, SagaState } from 'sagaward/slim';

import { shortName } from '../ui/agent.ts';
import { duration } from '../ui/duration.ts';
import { Icon } from '../ui/icon.tsx';
import { iconOf } from '../ui/state.tsx';
import { wallTime } from './clock.ts';
import type { Awaited, Listed, Row } from './row.ts';
import { watched } from './watched.ts';

interface Props {
  readonly row: Row;
  readonly position: number;
  readonly of: number;
  readonly isActive: boolean;
  choose(): void;
}

export function rowId(key: string): string {
  return `saga-${key}`;
}

/** A saga of the list, on two lines. */
export function ListedRow({ row, position, of, isActive, choose }: Props) {
  return (
    <div
      id={rowId(row.key)}
      class="live-row"
      role="option"
      aria-selected={row.key === watched.value}
      aria-setsize={of}
      aria-posinset={position}
      data-active={isActive}
      style={{ top: `calc(var(--row) * ${position - 1})` }}
      onClick={choose}
    >
      {'problem' in row ? <Damaged problem={row.problem} /> : <Standing row={row} />}
    </div>
  );
}

/** The name of a saga's file is as long as a row. */
const FILE = /\S*([0-9a-f]{8})[0-9a-f]{56}(\.jsonl)/;

function Damaged({ problem }: { problem: string }) {
  return (
    <>
      <span class="state failure"><Icon name="warning" /> unreadable</span>
      <span class="live-more"><span class="live-waits" title={problem}>{problem.replace(FILE, '$1…$2')}</span></span>
    </>
  );
}

const AS_STATE: Readonly<Record<Outcome, SagaState | 'compensated'>> = {
  succeeded: 'completed',
  rolled_back: 'compensated',
  failed: 'failed',
  escalated: 'escalated',
};

function Standing({ row }: { row: Listed }) {
  const { saga_id, name, state, outcome, error, created_at, steps, committed, agents, more_agents, waits_for, waits_for_more } = row;
  const looks = outcome === null ? state : AS_STATE[outcome];
  return (
    <>
      <span class="state" data-state={looks}><Icon name={iconOf(looks)} /> {(outcome ?? state).replaceAll('_', ' ')}</span>
      <span class="live-name"><b>{saga_id}</b> {name}</span>
      <span class="live-age"><span class="unseen">begun </span>{age(created_at)}<span class="unseen"> ago</span></span>
      <span class="live-more">
        {outcome === null
          ? (
            <>
              <span class="live-waits" data-operator={waits_for.some((one) => one.for === 'operator')}>{awaited(waits_for, waits_for_more)}</span>
              {agents.length > 0 && <span class="live-agents" title={agents.join(', ')}><Icon name="agent" /><span class="unseen">at work: </span><span>{agents.map((did) => shortName(did, 24)).join(', ')}{more_agents > 0 && ` and ${more_agents} more`}</span></span>}
            </>
          )
          : <span class="live-waits">{error}</span>}
      </span>
      <span class="live-count">{committed} of {steps}<span class="unseen"> committed</span></span>
    </>
  );
}

/** Rounded, so that a list of old sagas stands still. */
function age(since: string): string {
  const ms = Math.max(0, wallTime.value - Date.parse(since));
  if (ms < 60_000) return `${Math.floor(ms / 1_000)} s`;
  const days = Math.floor(ms / 86_400_000);
  return days > 0 ? `${days} d` : duration(Math.floor(ms / 60_000) * 60_000);
}

function awaited(all: readonly Awaited[], more: number): string {
  if (all.length === 0) return 'waits for a run to end it';
  const text = all.map(({ step_id, for: what, at }) => {
    switch (what) {
      case 'attempt':
        return step_id;
      case 'undo':
        return `undo of ${step_id}`;
      case 'retry':
        return `retry of ${step_id} ${due(at)}`;
      case 'operator':
        return `an operator for ${step_id}`;
      case 'substitute':
        return `a substitute for ${step_id}`;
      case 'run':
        return `a run to go on with ${step_id}`;
    }
  }).join(', ');
  return `waits for ${text}${more > 0 ? ` and ${more} more` : ''}`;
}

function due(at = ''): string {
  const left = Date.parse(at) - wallTime.value;
  return left > 0 ? `in ${duration(Math.ceil(left / 1_000) * 1_000)}` : 'now';
}
