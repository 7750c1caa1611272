import type { Text } from '@codemirror/state';
import { signal } from '@preact/signals';
import { Saga } from 'sagaward/slim';

import { analysis, settle } from '../state/analysis.ts';
import { adopt } from '../state/saga.ts';
import { attempt } from './refusal.tsx';

/** The text that the saga was created from; none when it was restored. */
export const origin = signal<Text | undefined>(undefined);

/** Begins a saga of the definition as it stands. */
export function createSaga(): void {
  settle();
  const { text } = analysis.value;
  attempt('The definition makes no saga.', () => {
    adopt(Saga.fromDefinition(JSON.parse(text.toString())));
    origin.value = text;
  });
}
