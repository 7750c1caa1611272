import type { Diagnostic } from 'sagaward/slim';

import { goTo } from '../editor/view.ts';

/** What goes with a finding's message: its rule, how to mend it, and the other places it is about. */
export function FindingDetails({ finding }: { finding: Diagnostic }) {
  const { rule, help, range, related = [] } = finding;
  const elsewhere = related.filter((place) => place.range?.start.offset !== range?.start.offset);
  return (
    <div class="finding-details">
      <a class="finding-rule" href={`rules.html#${rule}`} target="_blank" rel="noopener" title={`What the rule ${rule} means`}>{rule}</a>
      {help && <p class="finding-help">{help}</p>}
      {elsewhere.length > 0 && (
        <ul class="finding-related">
          {elsewhere.map(({ message, range }) => (
            <li>
              {range
                ? <button type="button" class="link" onClick={() => goTo(range.start.offset, range.end.offset)}>{message}, line {range.start.line}</button>
                : message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
