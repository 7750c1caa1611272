import { createLogUpdate } from 'log-update';
import type { Saga } from '../../slim.js';
import { frame } from './frame.js';
import type { Progress } from './progress.js';

const REDRAW_MS = 80;

/** A line a step, drawn over again: for terminals. */
export function live(): Progress {
  const begun = new Map<Saga, Map<string, number>>();
  const draw = createLogUpdate(process.stdout);
  const columns = () => process.stdout.columns || 80;
  let tick = 0;

  function redraw(): void {
    const rows = Math.max(5, (process.stdout.rows || 24) - 1);
    const share = Math.max(3, Math.floor(rows / Math.max(1, begun.size)));
    const blocks = [...begun].map(([saga, since]) => frame(saga, since, { tick, rows: share, columns: columns() }));
    draw(blocks.flat().slice(0, rows).join('\n'));
  }

  /** What stays on the screen, above what is still drawn over. */
  function keep(text: string): void {
    draw.clear();
    process.stdout.write(`${text}\n`);
    if (begun.size > 0) redraw();
  }

  const timer = setInterval(() => {
    tick += 1;
    if (begun.size > 0) redraw();
  }, REDRAW_MS);
  // Who is driven keeps the process; what is drawn does not.
  timer.unref();

  return {
    begins(saga) {
      begun.set(saga, new Map(saga.steps().flatMap(({ step_id, started_at }) => (started_at === null ? [] : [[step_id, Date.parse(started_at)] as const]))));
    },
    event(saga, event) {
      if (event.type === 'attempt_started') begun.get(saga)?.set(event.step_id, Date.parse(event.at));
    },
    ends(saga) {
      const since = begun.get(saga) ?? new Map<string, number>();
      begun.delete(saga);
      keep(frame(saga, since, { tick, rows: Infinity, columns: Infinity }).join('\n'));
    },
    note: (text) => keep(text),
    close() {
      clearInterval(timer);
      if (begun.size > 0) redraw();
      draw.done();
    },
  };
}
