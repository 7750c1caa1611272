import { defaultKeymap, history, historyKeymap, indentWithTab, isolateHistory, temporarilySetTabFocusMode } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { bracketMatching, codeFolding, foldGutter, foldKeymap, indentOnInput } from '@codemirror/language';
import { lintGutter, lintKeymap } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { EditorState } from '@codemirror/state';
import {
  drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, keymap, lineNumbers,
} from '@codemirror/view';
import { batch } from '@preact/signals';

import { settle } from '../state/analysis.ts';
import { caret, replacements, text } from '../state/document.ts';
import { theme } from './theme.ts';

export const HINT_ID = 'editor-hint';

/** The one editor of the page. */
export const view = new EditorView({
  state: EditorState.create({
    extensions: [
      lineNumbers(),
      lintGutter(),
      codeFolding(),
      foldGutter({ openText: '▾', closedText: '▸' }),
      highlightSpecialChars(),
      history(),
      drawSelection({ cursorBlinkRate: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 1_200 }),
      EditorState.allowMultipleSelections.of(true),
      EditorState.tabSize.of(2),
      indentOnInput(),
      bracketMatching(),
      highlightActiveLine(),
      highlightActiveLineGutter(),
      highlightSelectionMatches(),
      search({ top: true }),
      json(),
      theme,
      EditorView.cspNonce.of('codemirror'),
      EditorView.contentAttributes.of({ 'aria-label': 'Saga definition', 'aria-describedby': HINT_ID, tabindex: '0' }),
      keymap.of([
        // Escape lets Tab out of the editor, also where it has something to close or a selection to leave.
        { key: 'Escape', run: (view) => !temporarilySetTabFocusMode(view) },
        ...searchKeymap, ...historyKeymap, ...foldKeymap, ...lintKeymap,
        ...defaultKeymap, indentWithTab,
      ]),
      EditorView.updateListener.of(({ state, docChanged, selectionSet }) => {
        if (!docChanged && !selectionSet) return;
        batch(() => {
          text.value = state.doc;
          caret.value = state.selection.main.head;
        });
      }),
    ],
  }),
});

/** Puts another text in place of the whole one; undo brings the old one back. */
export function replaceText(insert: string): void {
  view.dispatch({
    changes: { from: 0, to: view.state.doc.length, insert },
    selection: { anchor: 0 },
    annotations: isolateHistory.of('full'),
    scrollIntoView: true,
  });
  settle();
  replacements.value += 1;
}

/** Selects a part of the text and moves the focus there. */
export function goTo(from: number, to: number): void {
  select(from, to);
  view.focus();
  view.dispatch({ effects: EditorView.scrollIntoView(view.state.selection.main, { y: 'center' }) });
}

/** Selects a part of the text and shows it, while the focus and the page stay where they are. */
export function select(from: number, to: number): void {
  // A text that just shrank may end before a place found in it earlier.
  const end = view.state.doc.length;
  view.dispatch({ selection: { anchor: Math.min(to, end), head: Math.min(from, end) } });
  const { top } = view.lineBlockAt(view.state.selection.main.head);
  view.scrollDOM.scrollTop = top - view.scrollDOM.clientHeight / 4;
}
