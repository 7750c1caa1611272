import { computed } from '@preact/signals';

import { analysis } from '../state/analysis.ts';
import { moment } from '../state/travel.ts';

/** How many colours there are; a colour may stand for several agents, which the label tells apart. */
const COLOURS = 8;

const colours = computed(() => {
  const inOrder = [
    ...analysis.value.steps.flatMap(({ agent }) => agent ?? []),
    ...(moment.value?.snapshot.steps ?? []).map(({ agent_did }) => agent_did),
  ];
  return new Map([...new Set(inOrder)].map((did, index) => [did, index % COLOURS]));
});

export function colourOf(did: string): number {
  return colours.value.get(did) ?? 0;
}

/** The part of a DID that tells agents apart, as far as it is short. */
export function shortName(did: string, most: number): string {
  return shortened(did.slice(did.lastIndexOf(':') + 1) || did, most);
}

export function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
