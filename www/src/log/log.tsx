import './log.css';

import { batch, computed, signal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';

import { arrivals, present } from '../state/saga.ts';
import { backToNow, isPast, moment } from '../state/travel.ts';
import { EventRow } from './event-row.tsx';
import { matching, sought } from './filter.ts';
import { visit } from './visit.ts';

const MOST_LISTED = 400;
/** So far from its end a list still counts as scrolled to it. */
const NEAR_PX = 8;

/** Behind the last event that is listed; none where that is the last one there is. */
const end = signal<number | undefined>(undefined);
const listed = computed(() => {
  const events = matching.value;
  const to = Math.min(end.value ?? events.length, events.length);
  const from = Math.max(0, to - MOST_LISTED);
  return { from, to, behind: events.length - to, events: events.slice(from, to) };
});
/** The event after which the saga is shown, while it is shown as it was. */
const here = computed(() => (isPast.value ? moment.value?.log.at(-1)?.seq : undefined));

/** Each change of the saga; whoever selects one sees the whole page as it was then. */
export function Log() {
  const list = useRef<HTMLDivElement>(null);
  const { from, to, behind, events } = listed.value;
  const { log = [], snapshot } = present.value ?? {};
  const lost = (snapshot?.seq ?? 0) - log.length;
  const selected = here.value;
  const reachable = selected !== undefined && events.some(({ seq }) => seq === selected) ? selected : events.at(-1)?.seq;

  // New events come into sight, but not for those who scrolled away: what they reach for must not move.
  const follows = useRef(true);
  useLayoutEffect(() => {
    follows.current = true;
  }, [arrivals.value]);
  useLayoutEffect(() => {
    if (list.current && selected === undefined && follows.current) list.current.scrollTop = list.current.scrollHeight;
  }, [events, selected]);
  useLayoutEffect(() => {
    const row = list.current?.querySelector<HTMLElement>('[tabindex="0"]');
    if (list.current?.contains(document.activeElement)) row?.focus();
    else if (selected !== undefined) row?.scrollIntoView({ block: 'nearest' });
  }, [selected]);

  return (
    <section class="panel log" aria-labelledby="log-heading">
      <header class="panel-header">
        <h2 id="log-heading">Log</h2>
        {log.length > 0 && (
          <div class="row">
            <span class="count">{counted(matching.value.length, log.length)}</span>
            <input
              type="search"
              aria-label="Filter the log"
              placeholder="Filter"
              value={sought}
              onInput={({ currentTarget: { value } }) => batch(() => {
                sought.value = value;
                end.value = undefined;
              })}
            />
          </div>
        )}
      </header>
      {log.length > 1 && (
        <input
          class="event-slider"
          type="range"
          aria-label="Event"
          aria-valuetext={selected === undefined ? 'now' : `after event ${selected}`}
          min={log[0]?.seq}
          max={log.at(-1)?.seq}
          value={selected ?? log.at(-1)?.seq}
          onInput={({ currentTarget: { valueAsNumber } }) => visit(valueAsNumber)}
        />
      )}
      {lost > 0 && <p class="remark">The first {lost.toLocaleString('en')} events are not listed: a snapshot has none of the log before it.</p>}
      {events.length > 0
        ? (
          <div
            class="events"
            ref={list}
            onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => (follows.current = scrollHeight - scrollTop - clientHeight < NEAR_PX)}
          >
            {from > 0 && <button type="button" class="button quiet" onClick={() => (end.value = from + MOST_LISTED / 2)}>{from.toLocaleString('en')} events before</button>}
            <div role="listbox" aria-labelledby="log-heading" onKeyDown={walk}>
              {events.map((event) => <EventRow key={event.seq} event={event} selected={event.seq === selected} reachable={event.seq === reachable} />)}
            </div>
            {behind > 0 && <button type="button" class="button quiet" onClick={() => (end.value = to + MOST_LISTED / 2)}>{behind.toLocaleString('en')} events behind</button>}
          </div>
        )
        : lost === 0 && <p class="remark">{log.length > 0 ? 'No event holds all of these words.' : 'Each change of a saga is an event; its state is nothing but their sum.'}</p>}
    </section>
  );
}

/** The keys go from event to event, also to those that are not listed yet. */
function walk(event: KeyboardEvent): void {
  if (event.key === 'Escape') return backToNow();
  const events = matching.peek();
  const seq = here.peek() ?? events.at(-1)?.seq ?? 0;
  const place = events.findLastIndex((event) => event.seq <= seq);
  const there = { ArrowUp: place - 1, ArrowDown: place + 1, PageUp: place - 10, PageDown: place + 10, Home: 0, End: events.length - 1 }[event.key];
  if (there === undefined) return;
  event.preventDefault();
  const index = Math.max(0, Math.min(there, events.length - 1));
  const next = events[index];
  if (!next) return;
  batch(() => {
    const { from, to } = listed.peek();
    if (index < from || index >= to) end.value = Math.min(events.length, Math.max(MOST_LISTED, index + MOST_LISTED / 2));
    visit(next.seq);
  });
}

function counted(matching: number, all: number): string {
  const events = `${all.toLocaleString('en')} ${all === 1 ? 'event' : 'events'}`;
  return matching < all ? `${matching.toLocaleString('en')} of ${events}` : events;
}
