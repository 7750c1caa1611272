import { isolateHistory } from '@codemirror/commands';
import { applyEdits, modify, type Node, parseTree } from 'jsonc-parser';
import type { Edit, Fix } from 'sagaward/slim';

import { view } from './view.ts';

/** Mends the text, as one change that undo takes back. */
export function applyFix(fix: Fix): void {
  const before = view.state.doc.toString();
  const after = fixed(before, fix);
  const start = commonLength(before, after, 0);
  const end = commonLength(before, after, start, true);
  view.dispatch({
    changes: { from: start, to: before.length - end, insert: after.slice(start, after.length - end) },
    selection: { anchor: start },
    annotations: isolateHistory.of('full'),
    scrollIntoView: true,
    userEvent: 'input.fix',
  });
}

/** Every path names a place in the text as it was judged, so the last place is edited first. */
function fixed(json: string, { edits }: Fix): string {
  const root = parseTree(json);
  const place = ({ path }: Edit) => nodeAt(root, path)?.offset ?? 0;
  return edits.toSorted((a, b) => place(b) - place(a)).reduce(edited, json);
}

function edited(json: string, { path, rename, remove, replace }: Edit): string {
  const node = nodeAt(parseTree(json), path);
  if (rename !== undefined) return written(json, node?.parent?.children?.[0], rename);
  if (node && !remove) return written(json, node, replace);
  const indent = /^(?: +|\t)/m.exec(json)?.[0] ?? '  ';
  return applyEdits(json, modify(json, path, remove ? undefined : replace, {
    formattingOptions: { insertSpaces: indent !== '\t', tabSize: indent.length, eol: '\n' },
  }));
}

function written(json: string, node: Node | undefined, value: unknown): string {
  return node ? json.slice(0, node.offset) + JSON.stringify(value) + json.slice(node.offset + node.length) : json;
}

/** The value at a path; of equal keys the last one counts, as it does for the validator. */
function nodeAt(root: Node | undefined, path: Edit['path']): Node | undefined {
  return path.reduce<Node | undefined>(
    (node, key) => (typeof key === 'number'
      ? node?.children?.[key]
      : node?.children?.findLast(({ children }) => children?.[0]?.value === key)?.children?.[1]),
    root,
  );
}

/** How many units two texts share from `start` on or, backwards, from their ends down to `start`. */
function commonLength(a: string, b: string, start: number, backwards = false): number {
  const most = Math.min(a.length, b.length) - start;
  const same = (i: number) => (backwards ? a.at(-1 - i) === b.at(-1 - i) : a[start + i] === b[start + i]);
  let length = 0;
  while (length < most && same(length)) length += 1;
  return length;
}
