import { readText, saveText, Unreadable } from '../file/file.ts';
import { fileName, text } from '../state/document.ts';
import { notice } from '../state/notice.ts';
import { replaceText } from './view.ts';

/** The most that the package judges, unless it is told otherwise. */
const MOST_MIB = 8;

export async function openDefinition(file: File): Promise<void> {
  notice.value = undefined;
  try {
    const content = await readText(file, MOST_MIB);
    fileName.value = file.name;
    replaceText(content);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    notice.value = `${file.name} was not opened: ${error.message}.`;
  }
}

export function saveDefinition(): void {
  saveText(fileName.value, text.value.toString());
}
