import { effect } from '@preact/signals';

import { analysis } from './analysis.ts';
import { fileName } from './document.ts';
import { notice } from './notice.ts';

const KEY = 'sagaward.studio.document';

interface Remembered {
  readonly fileName: string;
  readonly text: string;
}

/** The text of the last visit, if this browser kept one. */
export function recall(): Remembered | undefined {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? 'null');
    return isRemembered(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps the text in this browser from now on. */
export function remember(): void {
  let warned = false;
  effect(() => {
    const remembered: Remembered = { fileName: fileName.value, text: analysis.value.text.toString() };
    try {
      localStorage.setItem(KEY, JSON.stringify(remembered));
      warned = false;
    } catch {
      if (!warned) notice.value = 'This browser does not keep the text for your next visit: save it to a file.';
      warned = true;
    }
  });
}

function isRemembered(value: unknown): value is Remembered {
  return typeof value === 'object' && value !== null
    && 'fileName' in value && typeof value.fileName === 'string'
    && 'text' in value && typeof value.text === 'string';
}
