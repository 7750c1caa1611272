import type { Text } from '@codemirror/state';
import { batch, computed, signal } from '@preact/signals';

import { replaceText } from '../editor/view.ts';
import { type Behaviour, behaviours, type Fault } from '../run/behaviour.ts';
import { type Settings, settings } from '../run/settings.ts';
import { analysis, settle } from '../state/analysis.ts';
import { fileName } from '../state/document.ts';
import { notice } from '../state/notice.ts';
import { packed, unpacked } from './packing.ts';

/** Longer links are cut or refused by mail and chat programs. */
const LONGEST_LINK = 8_000;
const KEY = 'saga';

/** All that a link holds: what is run, and how its simulated actions go. */
interface Shared {
  readonly version: 1;
  readonly name: string;
  readonly text: string;
  readonly actions: Readonly<Record<string, Behaviour>>;
  readonly settings: Settings;
}

interface Made {
  readonly of: Text;
  readonly link: string;
  /** Whether it is on the clipboard. */
  readonly copied: boolean;
}

const made = signal<Made | undefined>(undefined);
/** The link made last, while it holds what is on the page. */
export const shared = computed(() => (made.value?.of === analysis.value.text ? made.value : undefined));

export function closeLink(): void {
  made.value = undefined;
}

/** Makes a link to what is on the page; nothing is sent, for a fragment stays in the browser. */
export async function shareLink(): Promise<void> {
  settle();
  notice.value = undefined;
  const link = `${location.origin}${location.pathname}#${KEY}=${await packed(JSON.stringify(onPage()))}`;
  if (link.length > LONGEST_LINK) {
    closeLink();
    notice.value = `The link would be ${link.length.toLocaleString('en')} characters long, and programs for mail and chat cut links of more than ${LONGEST_LINK.toLocaleString('en')}. Save the definition and share the file.`;
    return;
  }
  const copied = await navigator.clipboard.writeText(link).then(() => true, () => false);
  made.value = { of: analysis.peek().text, link, copied };
}

/** Opens what the address of this page links to, if it does. */
export async function openLink(): Promise<void> {
  const fragments = new URLSearchParams(location.hash.slice(1));
  const fragment = fragments.get(KEY);
  if (fragment === null) return;
  // At the next visit the text is the one that was worked on; what else the address opens stays.
  fragments.delete(KEY);
  history.replaceState(null, '', location.pathname + location.search + (fragments.size > 0 ? `#${fragments}` : ''));
  try {
    const { name, text, actions, settings: choices } = checked(JSON.parse(await unpacked(fragment)));
    batch(() => {
      fileName.value = name;
      behaviours.value = new Map(Object.entries(actions));
      settings.value = choices;
      replaceText(text);
    });
  } catch {
    notice.value = 'The link is broken, and nothing was opened: a part of it is missing, or was changed. Ask for it again.';
  }
}

function onPage(): Shared {
  const ids = new Set(analysis.peek().steps.map(({ id }) => id));
  return {
    version: 1,
    name: fileName.peek(),
    text: analysis.peek().text.toString(),
    actions: Object.fromEntries([...behaviours.peek()].filter(([id]) => ids.has(id))),
    settings: settings.peek(),
  };
}

const FAULTS: readonly Fault[] = ['none', 'fails', 'times_out', 'in_doubt', 'undo_fails', 'ignores_abort'];

/** Refuses what this page would not have written. */
function checked(value: Shared): Shared {
  const { version, name, text, actions, settings: { onUndoFailure, inDoubt } } = value;
  const isSound = version === 1 && typeof name === 'string' && typeof text === 'string'
    && ['escalate', 'hold'].includes(onUndoFailure) && ['undo', 'ignore', 'escalate'].includes(inDoubt)
    && Object.values(actions).every(({ seconds, fault, times }) => seconds >= 0 && seconds <= 86_400 && times >= 1 && times <= 99 && FAULTS.includes(fault));
  if (!isSound) throw new TypeError('it was not made by this page');
  return value;
}
