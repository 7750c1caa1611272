import './editor.css';

import { useLayoutEffect, useRef } from 'preact/hooks';

import { fileName } from '../state/document.ts';
import { HINT_ID, view } from './view.ts';

export function Editor() {
  const host = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => host.current?.append(view.dom), []);

  return (
    <section class="panel editor" aria-labelledby="editor-heading">
      <header class="panel-header">
        <h2 id="editor-heading">Definition</h2>
        <span class="file-name">{fileName}</span>
      </header>
      <div class="editor-host" ref={host} />
      <p class="hint" id={HINT_ID}>
        <kbd>Esc</kbd> then <kbd>Tab</kbd> leaves the editor, <kbd>F8</kbd> goes to the next problem.
      </p>
    </section>
  );
}
