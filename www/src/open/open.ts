import { Saga, SagawardError, type SagaSnapshot } from 'sagaward/slim';

import { replaceText } from '../editor/view.ts';
import { fileName, text } from '../state/document.ts';
import { notice } from '../state/notice.ts';
import { adopt } from '../state/saga.ts';
import { readBytes, saveFile, textOf, Unreadable } from './file.ts';
import { eventsOf } from './journal.ts';

/** The most that the package judges, unless it is told otherwise. */
const MOST_MIB = 8;
const MOST_MIB_OF_A_SAGA = 64;

/** Opens what a file holds: a definition, a snapshot of a saga, or its log. */
export async function openFile(file: File): Promise<void> {
  notice.value = undefined;
  try {
    if (/\.ya?ml$/i.test(file.name)) throw new Unreadable('it is YAML, and the studio reads JSON. To judge it as it is, use npx sagaward validate; to see it here, save it as JSON');
    const bytes = await readBytes(file, MOST_MIB_OF_A_SAGA);
    if (isLog(bytes, file.name)) return show(Saga.replay(eventsOf(bytes)));
    const content = textOf(bytes);
    const snapshot = snapshotIn(content);
    if (snapshot) return show(Saga.restore(snapshot));
    if (bytes.length > MOST_MIB * 1024 * 1024) throw new Unreadable(`it is larger than ${MOST_MIB} MiB`);
    fileName.value = file.name;
    replaceText(content);
  } catch (error) {
    if (!(error instanceof Unreadable || error instanceof SagawardError)) throw error;
    notice.value = `${file.name} was not opened: ${error.message.replace(/\.$/, '')}.`;
  }
}

export function saveDefinition(): void {
  saveFile(fileName.value, text.value.toString());
}

/** A file may be dropped anywhere. */
export function takeDrops(): void {
  document.addEventListener('dragover', (event) => {
    if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
  }, true);
  document.addEventListener('drop', (event) => {
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    event.preventDefault();
    event.stopPropagation();
    void openFile(file);
  }, true);
}

function show(saga: Saga): void {
  adopt(saga, { opened: true });
  document.querySelector('.graph')?.scrollIntoView();
}

/** Whether there is an event on the first line; a damaged one is known by its file's name. */
function isLog(bytes: Uint8Array, name: string): boolean {
  const end = bytes.indexOf(10);
  const first = new TextDecoder().decode(bytes.subarray(0, end < 0 ? bytes.length : end));
  return name.endsWith('.jsonl') || /^\{.*"type":"saga_(created|compacted)"/.test(first);
}

function snapshotIn(content: string): SagaSnapshot | undefined {
  if (!/"format"\s*:\s*"sagaward\./.test(content)) return undefined;
  try {
    const value = JSON.parse(content) as SagaSnapshot;
    return String(value.format).startsWith('sagaward.') ? value : undefined;
  } catch {
    return undefined;
  }
}
