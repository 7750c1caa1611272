import { STEP_FIELDS } from './constants.js';
import type { Step } from './sagaward_bg.js';

/** Gives the values of each step their names back, which are those of STEP_FIELDS: a literal is ten times as fast as a list of names. */
export function stepsOf(rows: readonly unknown[][]): Step[] {
  return rows.map((row) => ({
    step_id: row[0] as Step['step_id'],
    action_id: row[1] as Step['action_id'],
    agent_did: row[2] as Step['agent_did'],
    execute_api: row[3] as Step['execute_api'],
    undo_api: row[4] as Step['undo_api'],
    state: row[5] as Step['state'],
    in_doubt: row[6] as Step['in_doubt'],
    execute_result: row[7] as Step['execute_result'],
    compensation_result: row[8] as Step['compensation_result'],
    error: row[9] as Step['error'],
    started_at: row[10] as Step['started_at'],
    completed_at: row[11] as Step['completed_at'],
    timeout_seconds: row[12] as Step['timeout_seconds'],
    max_retries: row[13] as Step['max_retries'],
    retry_count: row[14] as Step['retry_count'],
    undo_retry_count: row[15] as Step['undo_retry_count'],
    attempt: row[16] as Step['attempt'],
    activity: row[17] as Step['activity'],
    retry_at: row[18] as Step['retry_at'],
    committed_seq: row[19] as Step['committed_seq'],
    depends_on: row[20] as Step['depends_on'],
    checkpoint_goal: row[21] as Step['checkpoint_goal'],
    fence: row[22] as Step['fence'],
  }));
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
    const row: unknown[] = [];
    for (const name in step) {
      if (name !== STEP_FIELDS[row.length]) return undefined;
      row.push((step as Record<string, unknown>)[name]);
    }
    if (row.length !== STEP_FIELDS.length) return undefined;
    rows.push(row);
  }
  return rows;
}

/** Whether JSON.stringify writes its own values and nothing else. */
export function isPlain(value: unknown, prototype: object): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === prototype && !('toJSON' in value);
}
