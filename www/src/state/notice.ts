import { signal } from '@preact/signals';

/** One sentence the person must know, such as why a file could not be opened. */
export const notice = signal<string | undefined>(undefined);
