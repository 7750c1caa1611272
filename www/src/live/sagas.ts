import { computed, signal } from '@preact/signals';

import { listen } from './listen.ts';
import type { Row } from './row.ts';

/** Which sagas are listed; each says so in the words of the page. */
export const KINDS = {
  all: () => true,
  'not ended': (row: Row) => !('problem' in row) && row.outcome === null,
  'wait for an operator': (row: Row) => !('problem' in row) && row.waits_for.some((one) => one.for === 'operator'),
  'wait for a substitute': (row: Row) => !('problem' in row) && row.waits_for.some((one) => one.for === 'substitute'),
  succeeded: (row: Row) => !('problem' in row) && row.outcome === 'succeeded',
  'rolled back': (row: Row) => !('problem' in row) && row.outcome === 'rolled_back',
  'failed or escalated': (row: Row) => !('problem' in row) && (row.outcome === 'failed' || row.outcome === 'escalated'),
  unreadable: (row: Row) => 'problem' in row,
} satisfies Record<string, (row: Row) => boolean>;

export type Kind = keyof typeof KINDS;

export const words = signal('');
export const kind = signal<Kind>('all');

/** Whether the server has told all that it knows; `undefined` while it does. */
export const connection = signal<{ readonly state: 'reading' | 'live' } | { readonly state: 'lost'; readonly words: string }>({ state: 'reading' });
/** Of how many more there is no room in the server's list. */
export const unlisted = signal(0);

const rows = new Map<string, Row>();
/** What was listed before the connection was lost, and has not been told again. */
let untold = new Set<string>();
/** The keys in their order: those that cannot be read, then the newest first. */
let order: readonly string[] = [];
let isOrdered = true;
const changes = signal(0);

export const count = computed(() => {
  void changes.value;
  return rows.size;
});

/** What is to be seen of the list, in its order. */
export const listed = computed(() => {
  void changes.value;
  if (!isOrdered) order = [...rows.values()].sort(byAge).map(({ key }) => key);
  isOrdered = true;
  const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  const isOfKind = KINDS[kind.value];
  return order.flatMap((key) => {
    const row = rows.get(key);
    return row && isOfKind(row) && (wanted.length === 0 || holds(textOf(row), wanted)) ? [row] : [];
  });
});

export function row(key: string): Row | undefined {
  void changes.value;
  return rows.get(key);
}

/** Keeps the list up to date from now on. */
export function listSagas(): void {
  void listen('live/sagas', new AbortController().signal, {
    opened() {
      untold = new Set(rows.keys());
      connection.value = { state: 'reading' };
    },
    lost(words) {
      connection.value = { state: 'lost', words };
    },
    told(type, data) {
      if (type === 'sagas') take(data as { sagas: readonly Row[]; gone: readonly string[] });
      if (type === 'complete') {
        for (const key of untold) remove(key);
        untold.clear();
        unlisted.value = (data as { unlisted: number }).unlisted;
        connection.value = { state: 'live' };
      }
      showSoon();
    },
  });
}

function take({ sagas, gone }: { sagas: readonly Row[]; gone: readonly string[] }): void {
  for (const row of sagas) {
    const before = rows.get(row.key);
    isOrdered &&= before !== undefined && createdAt(before) === createdAt(row);
    rows.set(row.key, row);
    untold.delete(row.key);
  }
  for (const key of gone) remove(key);
}

function remove(key: string): void {
  if (rows.delete(key)) isOrdered = false;
}

let isAsked = false;

function showSoon(): void {
  if (isAsked) return;
  isAsked = true;
  requestAnimationFrame(() => {
    isAsked = false;
    changes.value += 1;
  });
}

/** What cannot be read comes before all that was ever created. */
function createdAt(row: Row): string {
  return 'problem' in row ? '~' : row.created_at;
}

function byAge(a: Row, b: Row): number {
  const [mine, other] = [createdAt(a), createdAt(b)];
  return mine > other ? -1 : mine < other ? 1 : a.key < b.key ? -1 : 1;
}

const texts = new WeakMap<Row, string>();

function textOf(row: Row): string {
  const known = texts.get(row);
  if (known !== undefined) return known;
  const text = ('problem' in row
    ? row.problem
    : [row.saga_id, row.session_id, row.name, row.outcome ?? row.state, row.error, ...row.agents, ...row.waits_for.map(({ step_id }) => step_id)].join('\n')).toLowerCase();
  texts.set(row, text);
  return text;
}

function holds(text: string, wanted: readonly string[]): boolean {
  return wanted.every((word) => text.includes(word));
}
