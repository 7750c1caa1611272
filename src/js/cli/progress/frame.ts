import sliceAnsi from 'slice-ansi';
import stringWidth from 'string-width';
import type { Saga, StepState, StepView } from '../../slim.js';
import { duration } from '../duration.js';
import { counted, paint, printable, type Style } from '../terminal.js';

const SPINNER = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';
const LONGEST_ID = 32;

const LOOKS: Readonly<Record<StepState, { icon: string; style: Style; name: string }>> = {
  pending: { icon: '·', style: 'dim', name: 'pending' },
  executing: { icon: '', style: 'cyan', name: 'executing' },
  committed: { icon: '✔', style: 'green', name: 'committed' },
  compensating: { icon: '', style: 'yellow', name: 'compensating' },
  compensated: { icon: '↺', style: 'yellow', name: 'compensated' },
  compensation_failed: { icon: '✖', style: 'red', name: 'not undone' },
  failed: { icon: '✖', style: 'red', name: 'failed' },
};

interface Screen {
  tick: number;
  rows: number;
  columns: number;
}

/** A saga as it stands: a line for it and one for each step, as far as there is room. */
export function frame(saga: Saga, begun: ReadonlyMap<string, number>, { tick, rows, columns }: Screen): string[] {
  const steps = saga.steps();
  const shown = fitting(steps, rows - 2);
  const width = Math.min(LONGEST_ID, Math.max(0, ...shown.map(({ step_id }) => stringWidth(printable(step_id)))));
  const lines = shown.map((step) => line(step, begun.get(step.step_id), width, tick));
  const hidden = steps.length - shown.length;
  if (hidden > 0) lines.push(paint('dim', `  … and ${counted(hidden, 'more step')}`));
  return [head(saga, steps), ...lines].map((text) => sliceAnsi(text, 0, columns));
}

function head(saga: Saga, steps: readonly StepView[]): string {
  const committed = steps.filter(({ state }) => state === 'committed').length;
  const end = saga.completedAt === null ? Date.now() : Date.parse(saga.completedAt);
  const time = duration(end - Date.parse(saga.createdAt));
  const state = saga.outcome?.replace('_', ' ') ?? (saga.waitingFor ? `waits for an ${saga.waitingFor}` : saga.state);
  const styles: Readonly<Record<string, Style>> = { succeeded: 'green', rolled_back: 'yellow', failed: 'red', escalated: 'red' };
  const title = `${saga.name === '' ? '' : `${printable(saga.name)} `}${paint('dim', printable(saga.sagaId))}`;
  const why = saga.error === null ? '' : `: ${printable(saga.error)}`;
  return `${paint('bold', title)}  ${paint(styles[saga.outcome ?? ''] ?? 'cyan', state)}, ${committed} of ${counted(steps.length, 'step')} committed, ${time}${why}`;
}

function line(step: StepView, begun: number | undefined, width: number, tick: number): string {
  const { icon, style, name } = LOOKS[step.state];
  const id = sliceAnsi(printable(step.step_id), 0, width);
  const padded = id + ' '.repeat(width - stringWidth(id));
  const mark = icon === '' ? (SPINNER[tick % SPINNER.length] as string) : icon;
  const details = [attempt(step), time(step, begun), doing(step), trouble(step)].filter((text) => text !== '');
  return `  ${paint(style, mark)} ${padded}  ${paint(style, name)}${details.length > 0 ? `  ${details.join('  ')}` : ''}`;
}

function attempt({ attempt, state, max_retries }: StepView): string {
  return attempt > 1 || (attempt > 0 && max_retries > 0 && isActive(state)) ? `attempt ${attempt}` : '';
}

function time({ state, completed_at }: StepView, begun: number | undefined): string {
  if (begun === undefined || state === 'pending') return '';
  const end = completed_at === null || isActive(state) ? Date.now() : Date.parse(completed_at);
  return paint('dim', duration(end - begun));
}

function doing({ activity, retry_at, fence, in_doubt }: StepView): string {
  if (activity === 'waiting' && retry_at !== null) return `next in ${duration(Date.parse(retry_at) - Date.now())}`;
  if (activity === 'aborting') return 'told to stop';
  if (activity === 'held') return 'an operator decides';
  if (fence) return 'its agent was killed';
  return in_doubt ? 'in doubt' : '';
}

function trouble({ state, error }: StepView): string {
  const isOver = state === 'committed' || state === 'compensated';
  return error === null || isOver ? '' : printable(error);
}

function isActive(state: StepState): boolean {
  return state === 'executing' || state === 'compensating';
}

/** Of many steps those where something happens, and their neighbours; in their order. */
function fitting(steps: readonly StepView[], room: number): readonly StepView[] {
  if (steps.length <= room) return steps;
  const most = Math.max(1, room - 1);
  const wanted = new Set(steps.filter(({ state }) => isActive(state)).slice(0, most));
  const first = steps.findIndex(({ state }) => isActive(state) || state === 'pending');
  const from = Math.max(0, (first < 0 ? steps.length : first) - 1);
  for (const step of [...steps.slice(from), ...steps.slice(0, from).reverse()]) {
    if (wanted.size >= most) break;
    wanted.add(step);
  }
  return steps.filter((step) => wanted.has(step));
}
