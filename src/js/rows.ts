import { STEP_FIELDS } from './constants.js';
import type { Step } from './sagaward_bg.js';

// An object that gets many names one by one becomes a slow one; a copy of one that has them does not.
const BLANK = JSON.parse(`{${STEP_FIELDS.map((name) => `"${name}":null`).join()}}`) as Step;

/** Gives the values of each step their names back. */
export function stepsOf(rows: readonly unknown[][]): Step[] {
  return rows.map((row) => {
    const step = { ...BLANK };
    for (let field = 0; field < row.length; field++) (step as unknown as Record<string, unknown>)[STEP_FIELDS[field] as string] = row[field];
    return step;
  });
}

/**
 * The values of each step, as the core wrote their names. Nothing where a step has others, has them
 * in another order, or says by itself how it is written: then the whole document tells what it is.
 */
export function rowsOf(steps: unknown): unknown[][] | undefined {
  if (!isPlain(steps, Array.prototype)) return undefined;
  const rows: unknown[][] = [];
  for (const step of steps as unknown[]) {
    if (!isPlain(step, Object.prototype)) return undefined;
    const names = Object.keys(step);
    if (names.length !== STEP_FIELDS.length) return undefined;
    for (let field = 0; field < names.length; field++) if (names[field] !== STEP_FIELDS[field]) return undefined;
    rows.push(Object.values(step));
  }
  return rows;
}

/** Whether JSON.stringify writes its own values and nothing else. */
export function isPlain(value: unknown, prototype: object): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === prototype && !('toJSON' in value);
}
