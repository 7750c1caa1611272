import { useLayoutEffect, useRef } from 'preact/hooks';

import { pasting, restoreText } from './snapshot.ts';

export function PasteForm() {
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const before = document.activeElement;
    field.current?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const close = () => (pasting.value = false);

  return (
    <form
      class="paste-form"
      aria-label="Paste a snapshot"
      onSubmit={(event) => {
        event.preventDefault();
        if (restoreText(field.current?.value ?? '', 'The pasted text')) close();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') close();
      }}
    >
      <label for="paste-field">A snapshot, as JSON</label>
      <textarea id="paste-field" ref={field} rows={6} spellcheck={false} autocomplete="off" />
      <div class="row">
        <button type="submit" class="button">Restore</button>
        <button type="button" class="button quiet" onClick={close}>Cancel</button>
      </div>
    </form>
  );
}
