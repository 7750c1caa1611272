import type { KillResult } from 'sagaward/slim';

/** What a kill did, in one sentence. */
export function summary({ handoffs, handoff_success_count, compensation_triggered }: KillResult): string {
  if (handoffs.length === 0) return 'It was executing nothing.';
  const rest = handoffs.length - handoff_success_count;
  const parts = [
    handoff_success_count > 0 && `${steps(handoff_success_count)} handed over`,
    rest > 0 && `${steps(rest)} ${compensation_triggered ? 'marked for rollback' : 'not decided'}`,
  ];
  return `${parts.filter(Boolean).join(', ')}.`;
}

function steps(count: number): string {
  return count === 1 ? '1 step' : `${count} steps`;
}
