import './share.css';

import { useLayoutEffect, useRef } from 'preact/hooks';

import { Icon } from '../ui/icon.tsx';
import { closeLink, shared } from './link.ts';

/** The link made last, to be copied by hand where the clipboard was refused. */
export function SharedLink() {
  const field = useRef<HTMLInputElement>(null);
  const made = shared.value;
  useLayoutEffect(() => field.current?.select(), [made]);
  return (
    <div role="status">
      {made && (
        <p class="notice shared">
          <label for="shared-link">{made.copied ? 'The link is on the clipboard.' : 'Copy the link.'} It holds the definition and how its actions go.</label>
          <input id="shared-link" ref={field} readOnly value={made.link} />
          <button type="button" class="button quiet" aria-label="Close" onClick={closeLink}><Icon name="close" /></button>
        </p>
      )}
    </div>
  );
}
