import type { Diagnostic } from 'sagaward/slim';

import { goTo } from '../editor/view.ts';

/** What goes with a finding's message: its rule, how to mend it, and the other places it is about. */
export function FindingDetails({ finding: { rule, help, related = [] } }: { finding: Diagnostic }) {
  return (
    <div class="finding-details">
      {help && <p class="finding-help">{help}</p>}
      {related.length > 0 && (
        <ul class="finding-related">
          {related.map(({ message, range }) => (
            <li>
              {range
                ? <button type="button" class="link" onClick={() => goTo(range.start.offset, range.end.offset)}>{message}, line {range.start.line}</button>
                : message}
            </li>
          ))}
        </ul>
      )}
      <a class="finding-rule" href={`rules.html#${rule}`} target="_blank" rel="noopener" title={`What the rule ${rule} means`}>{rule}</a>
    </div>
  );
}
