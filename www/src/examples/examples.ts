import { replaceText } from '../editor/view.ts';
import { fileName } from '../state/document.ts';
import type { MenuItem } from '../ui/menu.tsx';

const files = import.meta.glob<string>('../../../examples/*.json', { query: '?raw', import: 'default', eager: true });

const texts = new Map(Object.entries(files).map(([path, text]) => [path.slice(path.lastIndexOf('/') + 1), text]));

/** What a first visit shows. */
export const FIRST_EXAMPLE = 'kubernetes-release.json';

export const examples: readonly MenuItem[] = [...texts].map(([name, text]) => ({
  label: title(name),
  detail: describe(text),
  choose: () => loadExample(name),
}));

export function loadExample(name: string): void {
  const text = texts.get(name);
  if (text === undefined) throw new RangeError(`there is no example ${name}`);
  fileName.value = name;
  replaceText(text);
}

function title(name: string): string {
  const words = name.replace(/\.json$/, '').replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function describe(text: string): string {
  const { name, steps } = JSON.parse(text) as { name: string; steps: unknown[] };
  return [name, `${steps.length} steps`].filter(Boolean).join(' · ');
}
