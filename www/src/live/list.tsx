import { useComputed, useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';

import { ListedRow, rowId } from './listed-row.tsx';
import type { Row } from './row.ts';
import { watch } from './watched.ts';

/** So many rows beyond those in sight are there already. */
const MARGIN = 4;

/** A list of any length, of which only what is in sight is drawn. */
export function List({ rows }: { rows: readonly Row[] }) {
  const box = useRef<HTMLDivElement>(null);
  const top = useSignal(0);
  const height = useSignal(0);
  const active = useSignal<string | undefined>(undefined);

  /** The height of a row, as the style sheet has it. */
  const rowHeight = useSignal(Infinity);

  useLayoutEffect(() => {
    const { current } = box;
    if (!current) return;
    const watching = new ResizeObserver(() => {
      const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
      rowHeight.value = rem * Number.parseFloat(getComputedStyle(current).getPropertyValue('--row'));
      height.value = current.clientHeight;
    });
    watching.observe(current);
    return () => watching.disconnect();
  }, []);

  // Not with every pixel that is scrolled.
  const range = useComputed(() => `${Math.max(0, Math.floor(top.value / rowHeight.value) - MARGIN)} ${Math.ceil((top.value + height.value) / rowHeight.value) + MARGIN}`);
  const [from = 0, to = 0] = range.value.split(' ').map(Number);
  const shown = rows.slice(from, to);
  const here = rows.findIndex(({ key }) => key === active.value);

  const goTo = (index: number) => {
    const bounded = Math.max(0, Math.min(index, rows.length - 1));
    active.value = rows[bounded]?.key;
    const { current } = box;
    if (!current) return;
    const row = rowHeight.peek();
    const above = bounded * row;
    if (above < current.scrollTop) current.scrollTop = above;
    else if (above + row > current.scrollTop + current.clientHeight) current.scrollTop = above + row - current.clientHeight;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(height.peek() / rowHeight.peek()) - 1);
    const there = { ArrowDown: here + 1, ArrowUp: here - 1, PageDown: here + page, PageUp: here - page, Home: 0, End: rows.length - 1 }[event.key];
    if (there !== undefined) goTo(there);
    else if (event.key !== 'Enter' && event.key !== ' ') return;
    else if (active.value !== undefined && here >= 0) watch(active.value);
    event.preventDefault();
  };

  return (
    <div
      class="live-list"
      ref={box}
      role="listbox"
      aria-label="Sagas"
      tabIndex={0}
      aria-activedescendant={shown.some(({ key }) => key === active.value) ? rowId(active.value ?? '') : undefined}
      onScroll={({ currentTarget }) => (top.value = currentTarget.scrollTop)}
      onFocus={() => here === -1 && goTo(Math.round(top.peek() / rowHeight.peek()))}
      onKeyDown={onKeyDown}
    >
      <div class="live-rows" role="presentation" style={{ height: `calc(var(--row) * ${rows.length})` }}>
        {shown.map((row, index) => (
          <ListedRow
            key={row.key}
            row={row}
            position={from + index + 1}
            of={rows.length}
            isActive={row.key === active.value}
            choose={() => {
              active.value = row.key;
              watch(row.key);
            }}
          />
        ))}
      </div>
    </div>
  );
}
