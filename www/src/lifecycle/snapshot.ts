import { signal } from '@preact/signals';
import { Saga, SagawardError, type SagaSnapshot } from 'sagaward/slim';

import { readBytes, saveFile, textOf, Unreadable } from '../open/file.ts';
import { adopt, current, present } from '../state/saga.ts';
import { attempt, refuse } from './refusal.tsx';

const MOST_MIB = 64;

/** Whether the field to paste a snapshot into is shown. */
export const pasting = signal(false);
/** The last thing done that shows nowhere else. */
export const done = signal('');

export function saveSnapshot(): void {
  const saga = current.value;
  if (saga) saveFile(`${nameOf(saga)}.snapshot.json`, written(saga));
}

export function saveLog(): void {
  const saga = current.value;
  if (saga) saveFile(`${nameOf(saga)}.jsonl`, (present.peek()?.log ?? []).map((event) => `${JSON.stringify(event)}\n`).join(''), 'application/jsonl');
}

function nameOf(saga: Saga): string {
  return saga.sagaId.replaceAll(/[^\w.-]+/g, '-');
}

export async function copySnapshot(): Promise<void> {
  const saga = current.value;
  if (!saga) return;
  try {
    await navigator.clipboard.writeText(written(saga));
    done.value = `The snapshot at event ${saga.seq} is on the clipboard.`;
  } catch (error) {
    refuse('The snapshot was not copied.', new SagawardError('no_clipboard', `The browser refused: ${String(error)} Save it as a file.`));
  }
}

export async function restoreFile(file: File): Promise<void> {
  try {
    restoreText(textOf(await readBytes(file, MOST_MIB)), file.name);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    refuse(`${file.name} was not restored.`, new SagawardError('unreadable_file', `${error.message}.`));
  }
}

/** Whether the text was a snapshot and its saga is now the page's. */
export function restoreText(text: string, name: string): boolean {
  return attempt(`${name} was not restored.`, () => {
    adopt(Saga.restore(parsed(text)), { opened: true });
    done.value = '';
  });
}

function written(saga: Saga): string {
  return `${JSON.stringify(saga.snapshot(), null, 2)}\n`;
}

/** What it holds is for the package to judge. */
function parsed(text: string): SagaSnapshot {
  try {
    return JSON.parse(text) as SagaSnapshot;
  } catch (cause) {
    throw new SagawardError('not_json', `It is no JSON: ${String(cause)}`, { cause });
  }
}
