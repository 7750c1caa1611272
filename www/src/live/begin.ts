import { effect } from '@preact/signals';

import { replacements } from '../state/document.ts';
import { keepTime } from './clock.ts';
import { listSagas } from './sagas.ts';
import { unwatch } from './watched.ts';

/** Lists the sagas of the server from now on. */
export function beginLive(): void {
  keepTime();
  listSagas();
  // Who opens a definition wants to see that one.
  let before = replacements.peek();
  effect(() => {
    if (replacements.value > before) unwatch();
    before = replacements.value;
  });
}
