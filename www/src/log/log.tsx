import './log.css';

import { useLayoutEffect, useRef } from 'preact/hooks';

import { moment } from '../state/saga.ts';
import { Time } from '../ui/time.tsx';
import { What } from './what.tsx';

const MOST_LISTED = 1_000;

export function Log() {
  const shown = moment.value;
  const events = (shown?.log ?? []).slice(-MOST_LISTED);
  const before = (shown?.snapshot.seq ?? 0) - events.length;
  const list = useRef<HTMLOListElement>(null);
  useLayoutEffect(() => {
    if (list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [shown]);

  return (
    <section class="panel log" aria-labelledby="log-heading">
      <header class="panel-header">
        <h2 id="log-heading">Log</h2>
        {events.length > 0 && <span class="count">{events.length.toLocaleString('en')} {events.length === 1 ? 'event' : 'events'}</span>}
      </header>
      {before > 0 && <p class="remark">The first {before.toLocaleString('en')} events are not listed{shown?.log.length === events.length ? ': a snapshot has none of the log before it' : ''}.</p>}
      {events.length > 0
        ? (
          <ol class="events" ref={list} tabIndex={0} aria-labelledby="log-heading">
            {events.map((event) => (
              <li class="event" key={event.seq}>
                <span class="event-seq">{event.seq}</span>
                <span class="event-time"><Time at={event.at} /></span>
                <span class="event-type">{event.type}</span>
                <span class="event-what"><What event={event} /></span>
              </li>
            ))}
          </ol>
        )
        : before === 0 && <p class="remark">Each change of a saga is an event; its state is nothing but their sum.</p>}
    </section>
  );
}
