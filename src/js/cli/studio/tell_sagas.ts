import type { Ledger } from './ledger.js';
import type { Row } from './row.js';
import { Bell, type EventStream } from './stream.js';
import type { Watch } from './watch.js';

const MOST_AT_ONCE = 250;

/** All rows, then those that change. A slow client gets what is true by then, not what it missed. */
export async function tellSagas(stream: EventStream, ledger: Ledger, watch: Watch): Promise<never> {
  const untold = new Set(ledger.keys());
  const bell = new Bell(stream.closed);
  const leave = ledger.subscribe((key) => {
    if (key !== undefined) untold.add(key);
    bell.ring();
  });
  stream.closed.addEventListener('abort', leave, { once: true });
  let isComplete = false;
  for (;;) {
    while (untold.size > 0) await stream.send('sagas', told(taken(untold), ledger));
    if (ledger.isUpToDate && !isComplete) {
      isComplete = true;
      await stream.send('complete', { unlisted: Math.max(0, watch.size - ledger.size) });
    }
    await bell.heard();
  }
}

function taken(keys: Set<string>): string[] {
  const some: string[] = [];
  for (const key of keys) {
    if (some.length === MOST_AT_ONCE) break;
    some.push(key);
    keys.delete(key);
  }
  return some;
}

function told(keys: readonly string[], ledger: Ledger): { sagas: Row[]; gone: string[] } {
  const sagas = keys.flatMap((key) => ledger.row(key) ?? []);
  return { sagas, gone: keys.filter((key) => !ledger.row(key)) };
}
