import { effect } from '@preact/signals';

import { text } from '../state/document.ts';
import { keepTime } from './clock.ts';
import { listSagas } from './sagas.ts';
import { unwatch } from './watched.ts';

/** Lists the sagas of the server from now on. */
export function beginLive(): void {
  keepTime();
  listSagas();
  // Who opens another definition wants to see that one.
  let before = text.peek();
  effect(() => {
    if (text.value !== before) unwatch();
    before = text.value;
  });
}
