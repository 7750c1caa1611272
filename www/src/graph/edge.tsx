import type { Point } from './shape.ts';

/** A wait: from the step before to the one after. */
export function EdgeLine({ points, arrives, cyclic }: { points: readonly Point[]; arrives: boolean; cyclic: boolean }) {
  return (
    <path
      class="edge"
      d={curve(points)}
      data-cyclic={cyclic ? 'true' : undefined}
      marker-end={arrives ? `url(#arrow${cyclic ? '-cyclic' : ''})` : undefined}
    />
  );
}

/** A line that is round at each point between its ends. */
function curve(points: readonly Point[]): string {
  const [start, ...rest] = points;
  const end = rest.pop();
  if (!start || !end) return '';
  const bends = rest.map(({ x, y }, index) => {
    const next = rest[index + 1] ?? end;
    const until = index === rest.length - 1 ? end : { x: (x + next.x) / 2, y: (y + next.y) / 2 };
    return `Q${at({ x, y })} ${at(until)}`;
  });
  return [`M${at(start)}`, ...(bends.length > 0 ? bends : [`L${at(end)}`])].join('');
}

function at({ x, y }: Point): string {
  return `${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10}`;
}
