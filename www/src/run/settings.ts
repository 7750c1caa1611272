import { signal } from '@preact/signals';
import type { RunOptions } from 'sagaward/slim';

export type Settings = Required<Pick<RunOptions, 'onUndoFailure' | 'inDoubt'>>;

/** How the next run goes about trouble: at first as the package does. */
export const settings = signal<Settings>({ onUndoFailure: 'escalate', inDoubt: 'undo' });
