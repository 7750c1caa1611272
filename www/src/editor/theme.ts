import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const mark = (colour: string) => ({
  backgroundImage: 'none',
  textDecoration: `underline wavy ${colour} 1.5px`,
  textUnderlineOffset: '3px',
  textDecorationSkipInk: 'none',
});

// The colours are the page's own, which turn dark and light by themselves.
const look = EditorView.theme({
  '&': { height: '100%', color: 'var(--ink)', backgroundColor: 'transparent' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', fontSize: 'var(--code-size)', lineHeight: '1.65' },
  '.cm-content': { padding: '0.75rem 0', caretColor: 'var(--accent)' },
  '.cm-line': { padding: '0 1rem 0 0.25rem' },
  '.cm-cursor': { borderLeft: '2px solid var(--accent)' },
  '.cm-gutters': { backgroundColor: 'var(--panel)', color: 'var(--faint)', border: 'none', paddingLeft: '0.5rem' },
  '.cm-lineNumbers .cm-gutterElement': { padding: '0 0.25rem 0 0.5rem', minWidth: '2rem' },
  '.cm-foldGutter .cm-gutterElement': { padding: '0 0.25rem', cursor: 'pointer' },
  '.cm-activeLine': { backgroundColor: 'var(--hover)' },
  '.cm-activeLineGutter': { backgroundColor: 'var(--hover)', color: 'var(--ink)' },
  '.cm-selectionMatch': { backgroundColor: 'var(--match)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'var(--selection)',
  },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--match)', outline: '1px solid var(--line-strong)' },
  '.cm-foldPlaceholder': { background: 'var(--hover)', border: 'none', color: 'var(--muted)', padding: '0 0.4em' },
  '.cm-gutter-lint': { width: '1rem' },
  '.cm-gutter-lint .cm-gutterElement': { padding: '0' },
  '.cm-lint-marker': { content: 'none', width: '0.5rem', height: '0.5rem', margin: '0.42rem 0.25rem', borderRadius: '50%' },
  '.cm-lint-marker-error': { backgroundColor: 'var(--error)' },
  '.cm-lint-marker-warning': { backgroundColor: 'var(--warning)', borderRadius: '1px', transform: 'rotate(45deg) scale(0.9)' },
  '.cm-lint-marker-info': { backgroundColor: 'var(--info)', borderRadius: '1px' },
  '.cm-lintRange-error': mark('var(--error)'),
  '.cm-lintRange-warning': mark('var(--warning)'),
  '.cm-lintRange-info': mark('var(--info)'),
  '.cm-lintRange-active': { backgroundColor: 'var(--hover)' },
  '.cm-lintPoint::after': { borderBottomColor: 'var(--error)' },
  '.cm-tooltip': {
    border: '1px solid var(--line-strong)', borderRadius: '0.5rem', backgroundColor: 'var(--raised)', color: 'var(--ink)',
    boxShadow: 'var(--shadow)', overflow: 'hidden', maxWidth: 'min(36rem, 92vw)',
  },
  '.cm-diagnostic': { padding: '0.6rem 0.8rem', border: 'none', font: 'inherit' },
  '.cm-diagnostic + .cm-diagnostic': { borderTop: '1px solid var(--line)' },
  '.cm-diagnosticAction': {
    font: 'inherit', color: 'var(--accent)', backgroundColor: 'transparent', border: '1px solid var(--line-strong)',
    borderRadius: '0.375rem', padding: '0.15rem 0.6rem', margin: '0.4rem 0.4rem 0 0',
  },
  '.cm-panels': { backgroundColor: 'var(--panel)', color: 'var(--ink)' },
  '.cm-panels-top': { borderBottom: '1px solid var(--line)' },
  '.cm-panel.cm-search': { padding: '0.5rem 2rem 0.5rem 0.75rem' },
  '.cm-panel.cm-search label': { fontSize: '0.8125rem' },
  '.cm-panel.cm-search [name=close]': { color: 'var(--muted)', fontSize: '1.25rem', padding: '0 0.5rem' },
  '.cm-textfield': {
    font: 'inherit', fontSize: '0.8125rem', color: 'var(--ink)', backgroundColor: 'var(--paper)',
    border: '1px solid var(--line-strong)', borderRadius: '0.375rem', padding: '0.2rem 0.5rem',
  },
  '.cm-button': {
    font: 'inherit', fontSize: '0.8125rem', color: 'var(--ink)', backgroundImage: 'none', backgroundColor: 'var(--raised)',
    border: '1px solid var(--line-strong)', borderRadius: '0.375rem', padding: '0.2rem 0.6rem',
  },
  '.cm-searchMatch': { backgroundColor: 'var(--match)' },
  '.cm-searchMatch-selected': { backgroundColor: 'var(--selection)' },
});

const highlight = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--code-key)' },
  { tag: tags.string, color: 'var(--code-string)' },
  { tag: tags.number, color: 'var(--code-number)' },
  { tag: [tags.bool, tags.null], color: 'var(--code-word)' },
  { tag: [tags.separator, tags.squareBracket, tags.brace], color: 'var(--muted)' },
]);

export const theme = [look, syntaxHighlighting(highlight)];
