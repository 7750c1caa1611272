import { Saga } from 'sagaward/slim';

import { analysis, settle } from '../state/analysis.ts';
import { adopt } from '../state/saga.ts';
import { attempt } from './refusal.tsx';

/** Begins a saga of the definition as it stands. */
export function createSaga(): void {
  settle();
  const { text } = analysis.value;
  attempt('The definition makes no saga.', () => {
    adopt(Saga.fromDefinition(JSON.parse(text.toString())));
  });
}
