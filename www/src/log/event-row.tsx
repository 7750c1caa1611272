import type { SagaEvent } from 'sagaward/slim';

import { Time } from '../ui/time.tsx';
import { visit } from './visit.ts';
import { What } from './what.tsx';

interface Props {
  readonly event: SagaEvent;
  readonly selected: boolean;
  /** Whether Tab leads to it; the arrow keys lead to the others. */
  readonly reachable: boolean;
}

export function EventRow({ event, selected, reachable }: Props) {
  return (
    <div class="event" role="option" aria-selected={selected} tabIndex={reachable ? 0 : -1} onClick={() => visit(event.seq)}>
      <span class="event-seq">{event.seq}</span>
      <span class="event-time"><Time at={event.at} /></span>
      <span class="event-type">{event.type}</span>
      <span class="event-what"><What event={event} /></span>
    </div>
  );
}
