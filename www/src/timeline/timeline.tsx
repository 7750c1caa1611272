import './timeline.css';

import { computed } from '@preact/signals';

import { wallTime } from '../live/clock.ts';
import { phase, time } from '../run/simulation.ts';
import { isElsewhere } from '../state/saga.ts';
import { isPast, moment } from '../state/travel.ts';
import { duration } from '../ui/duration.ts';
import { Icon, type IconName } from '../ui/icon.tsx';
import { type Chart, chartOf, type Kind, type Kill, type Lane, type Span } from './chart.ts';
import { ticks } from './scale.ts';

const MOST_LISTED = 300;
const LEGEND: Record<Kind, [icon: IconName, words: string]> = {
  attempt: ['working', 'attempt'],
  backoff: ['clock', 'wait for a retry'],
  undo: ['undo', 'undo'],
  held: ['waiting', 'held'],
};

const chart = computed<Chart | undefined>(() => moment.value && moment.value.log.length > 0 ? chartOf(moment.value.log) : undefined);

/** What took how long: nothing but the log, over time. */
export function Timeline() {
  const shown = chart.value;
  return (
    <section class="panel timeline" aria-labelledby="timeline-heading">
      <header class="panel-header">
        <h2 id="timeline-heading">Timeline</h2>
        {shown && (
          <ul class="legend" aria-hidden="true">
            <li data-state="committed"><Icon name="valid" /> committed</li>
            {Object.entries(LEGEND).map(([kind, [icon, words]]) => <li key={kind} data-kind={kind}><Icon name={icon} /> {words}</li>)}
            <li data-kind="kill"><Icon name="killed" /> kill</li>
          </ul>
        )}
      </header>
      {shown ? <Lanes chart={shown} /> : <p class="remark">Attempts, the waits between them, undos and kills, as the log tells them.</p>}
    </section>
  );
}

function Lanes({ chart: { from, to, lanes, kills } }: { chart: Chart }) {
  // What goes on, in a simulation or elsewhere, goes on until now.
  const isSimulated = phase.value === 'playing' || phase.value === 'paused';
  const now = isElsewhere.value ? (moment.value?.outcome === null ? wallTime.value : to) : isSimulated ? time.value : to;
  const until = isPast.value ? to : Math.max(to, now);
  const length = Math.max(until - from, 1_000);
  const place = (at: number) => `${((at - from) / length) * 100}%`;
  return (
    <div class="lanes" tabIndex={0} role="group" aria-label="Timeline of the steps">
      <div class="axis" aria-hidden="true">
        <span />
        <svg class="track">
          {ticks(length).map((tick) => {
            const nearEnd = tick / length > 0.94;
            return <text key={tick} x={place(from + tick)} y="13" text-anchor={tick === 0 ? 'start' : nearEnd ? 'end' : 'middle'}>{duration(tick)}</text>;
          })}
        </svg>
      </div>
      <ol class="lane-list">
        {lanes.slice(0, MOST_LISTED).map((lane) => <LaneRow key={lane.id} lane={lane} from={from} until={until} length={length} place={place} kills={kills} />)}
        <li class="lane-lines" aria-hidden="true">
          <svg>
            {ticks(length).map((tick) => <line key={tick} class="tick" x1={place(from + tick)} x2={place(from + tick)} y1="0" y2="100%" />)}
            {kills.map(({ at, agent }) => <line key={`${at} ${agent}`} class="kill-line" x1={place(at)} x2={place(at)} y1="0" y2="100%" />)}
          </svg>
        </li>
      </ol>
      {lanes.length > MOST_LISTED && <p class="remark">The first {MOST_LISTED} of {lanes.length.toLocaleString('en')} steps are shown.</p>}
    </div>
  );
}

interface RowProps {
  readonly lane: Lane;
  readonly from: number;
  readonly until: number;
  readonly length: number;
  readonly place: (at: number) => string;
  readonly kills: readonly Kill[];
}

function LaneRow({ lane: { id, spans }, from, until, length, place, kills }: RowProps) {
  return (
    <li class="lane">
      <span class="lane-id">{id}</span>
      <svg class="track" aria-hidden="true">
        {spans.map((span) => <Bar key={`${span.from} ${span.kind}`} span={span} until={until} length={length} place={place} words={words(span, from)} />)}
        {kills.filter((kill) => strikes(kill, spans, until)).map(({ at, agent }) => (
          <g key={`${at} ${agent}`} class="struck"><line x1={place(at)} x2={place(at)} y1="0" y2="100%" /><title>{agent} killed at {duration(at - from)}</title></g>
        ))}
      </svg>
      <span class="unseen">{spans.length > 0 ? spans.map((span) => words(span, from)).join('; ') : 'nothing yet'}</span>
    </li>
  );
}

/** Whether a kill met what the agent was at work on. */
function strikes({ at, agent }: Kill, spans: readonly Span[], until: number): boolean {
  return spans.some((span) => span.agent === agent && span.from <= at && at <= (span.to ?? until));
}

interface BarProps {
  readonly span: Span;
  readonly until: number;
  readonly length: number;
  readonly place: (at: number) => string;
  readonly words: string;
}

function Bar({ span, until, length, place, words }: BarProps) {
  const { kind, from, to = until, end } = span;
  const width = `${((to - from) / length) * 100}%`;
  const thin = kind === 'backoff' || kind === 'held';
  return (
    <g class="bar" data-kind={kind} data-end={end?.replace(' ', '_')}>
      <rect x={place(from)} y={thin ? 10 : 5} width={width} height={thin ? 4 : 14} rx={thin ? 2 : 3} />
      {end !== undefined && BROKEN.has(end) && !thin && <line class="bar-end" x1={place(to)} x2={place(to)} y1="2" y2="22" />}
      <title>{words}</title>
    </g>
  );
}

/** What an attempt ends with that did not do its work. */
const BROKEN = new Set(['failed', 'timed out', 'killed', 'lost', 'in doubt', 'compensation_failed']);

function words({ kind, attempt, from: begun, to, end }: Span, from: number): string {
  const what = attempt > 0 ? `${LEGEND[kind][1]} ${attempt}` : LEGEND[kind][1];
  const when = `from ${duration(begun - from)}${to === undefined ? ', goes on' : ` to ${duration(to - from)}`}`;
  return `${what} ${when}${end !== undefined && end !== 'over' ? `, ${end}` : ''}`;
}
