import { present } from '../state/saga.ts';
import { backToNow, isPast, moment } from '../state/travel.ts';
import { Icon } from '../ui/icon.tsx';
import { Time } from '../ui/time.tsx';

/** Says that the page shows what was, wherever one has scrolled to. */
export function Past() {
  const event = isPast.value ? moment.value?.log.at(-1) : undefined;
  return (
    <div class="past" role="status">
      {event && (
        <p>
          <Icon name="clock" />
          <span>As it was after event <b>{event.seq}</b> of {present.value?.snapshot.seq}, <Time at={event.at} /></span>
          <button type="button" class="button small" onClick={backToNow}>Back to now</button>
        </p>
      )}
    </div>
  );
}
