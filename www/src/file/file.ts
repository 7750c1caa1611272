import { replaceText } from '../editor/view.ts';
import { fileName, text } from '../state/document.ts';
import { notice } from '../state/notice.ts';

const LARGEST_BYTES = 8 * 1024 * 1024;

export function chooseFile(): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = '.json,application/json';
  input.onchange = () => {
    const file = input.files?.[0];
    if (file) void openFile(file);
  };
  input.click();
}

export async function openFile(file: File): Promise<void> {
  notice.value = undefined;
  if (file.size > LARGEST_BYTES) {
    notice.value = `${file.name} was not opened: it is larger than 8 MiB, the most that a definition may have.`;
    return;
  }
  try {
    const content = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
    fileName.value = file.name;
    replaceText(content);
  } catch {
    notice.value = `${file.name} was not opened: it is not readable as UTF-8 text. Save it as UTF-8 JSON and open it again.`;
  }
}

export function saveFile(): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text.value.toString()], { type: 'application/json' }));
  link.download = fileName.value;
  link.click();
  URL.revokeObjectURL(link.href);
}
