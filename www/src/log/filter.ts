import { computed, signal } from '@preact/signals';
import type { SagaEvent } from 'sagaward/slim';

import { present } from '../state/saga.ts';

/** Words that an event must hold to be listed. */
export const sought = signal('');

const texts = new WeakMap<SagaEvent, string>();

/** The events that hold all the words that are sought. */
export const matching = computed<readonly SagaEvent[]>(() => {
  const log = present.value?.log ?? [];
  const words = sought.value.toLowerCase().split(/\s+/).filter(Boolean);
  return words.length === 0 ? log : log.filter((event) => {
    const text = textOf(event);
    return words.every((word) => text.includes(word));
  });
});

function textOf(event: SagaEvent): string {
  const text = texts.get(event) ?? JSON.stringify(event).toLowerCase();
  texts.set(event, text);
  return text;
}
