import { Text } from '@codemirror/state';
import { signal } from '@preact/signals';

/** The text being edited and the place of its caret; only the editor writes them. */
export const text = signal(Text.empty);
export const caret = signal(0);

/** How often another text has taken the place of the one before. */
export const replacements = signal(0);

/** The name under which the text is saved. */
export const fileName = signal('saga.json');
