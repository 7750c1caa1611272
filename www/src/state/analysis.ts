import { Text } from '@codemirror/state';
import { computed, effect, signal } from '@preact/signals';
import { type Report, SagawardError, validateText } from 'sagaward/slim';

import { caret, text } from './document.ts';
import { type Outline, outline, stepAt } from './outline.ts';

/** Everything the page says about one version of the text. */
export interface Analysis extends Outline {
  readonly text: Text;
  /** The error says why the validator gave no report, which no text should bring about. */
  readonly report: Report | SagawardError;
}

const LONGEST_PAUSE_MS = 500;

const NOTHING_YET: Analysis = {
  text: Text.of(['']),
  report: { valid: false, diagnostics: [], errors: [], truncated: false },
  steps: [],
  groups: [],
};

export const analysis = signal(NOTHING_YET);
export const currentStep = computed(() => stepAt(analysis.value.steps, caret.value));

let timer: ReturnType<typeof setTimeout> | undefined;
let pause = 0;

/**
 * Judges the text from now on. A small one is judged with every keystroke; a large one waits
 * for a pause in typing that grows with the work it causes, so that typing always comes first.
 */
export function judgeText(): void {
  settle();
  effect(() => {
    if (text.value === analysis.peek().text) return;
    clearTimeout(timer);
    timer = setTimeout(settle, pause);
  });
}

/** Judges the text now, if it changed since it was judged. */
export function settle(): void {
  clearTimeout(timer);
  if (text.peek() === analysis.peek().text) return;
  const start = performance.now();
  analysis.value = analyse(text.peek());
  pause = Math.min(5 * (performance.now() - start), LONGEST_PAUSE_MS);
}

function analyse(text: Text): Analysis {
  const json = text.toString();
  return { text, report: judge(json), ...outline(json) };
}

function judge(json: string): Report | SagawardError {
  try {
    // Whoever repairs a text wants to see everything that is wrong with it.
    return validateText(json, { collectAll: true });
  } catch (error) {
    if (error instanceof SagawardError) return error;
    throw error;
  }
}
