import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

const AT_A_TIME = 100;

/** How many of the rows of a list are drawn: more with each task until all are, so that a long one never holds up the page. */
export function useGrowing(rows: number): number {
  const drawn = useSignal(AT_A_TIME);
  useEffect(() => {
    if (drawn.value >= rows) {
      drawn.value = Math.max(rows, AT_A_TIME);
      return;
    }
    const task = setTimeout(() => (drawn.value += AT_A_TIME));
    return () => clearTimeout(task);
  }, [drawn.value, rows]);
  return drawn.value;
}
