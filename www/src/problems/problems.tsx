import './problems.css';

import type { Diagnostic, Severity } from 'sagaward/slim';

import { applyFix } from '../editor/fixes.ts';
import { goTo } from '../editor/view.ts';
import { analysis } from '../state/analysis.ts';
import { walk } from '../ui/arrow-keys.ts';
import { Icon } from '../ui/icon.tsx';
import { FindingDetails } from './finding-details.tsx';
import { Verdict } from './verdict.tsx';

const WORDS: Record<Severity, string> = { error: 'Error', warning: 'Warning', info: 'Remark' };

export function Problems() {
  const { report } = analysis.value;
  const findings = report instanceof Error ? [] : report.diagnostics.toSorted(byPlace);
  return (
    <section class="panel problems" aria-labelledby="problems-heading">
      <header class="panel-header">
        <h2 id="problems-heading">Problems</h2>
        <Verdict />
      </header>
      {findings.length > 0 && (
        <ol class="problem-list" onKeyDown={walk('.problem-place')}>
          {findings.map((finding, index) => <Problem key={index} finding={finding} />)}
        </ol>
      )}
    </section>
  );
}

/** As one reads the text, and as the key for the next problem walks it. */
function byPlace(a: Diagnostic, b: Diagnostic): number {
  return (a.range?.start.offset ?? 0) - (b.range?.start.offset ?? 0);
}

function Problem({ finding }: { finding: Diagnostic }) {
  const { severity, message, range, fixes = [] } = finding;
  const jump = () => range && goTo(range.start.offset, range.end.offset);
  return (
    <li class="problem" data-severity={severity}>
      <button type="button" class="problem-place" onClick={jump} disabled={!range}>
        <span class="severity"><Icon name={severity} /> {WORDS[severity]}</span>
        <span class="finding-message">{message}</span>
        {range && <span class="position"><span class="unseen">line </span>{range.start.line}:<span class="unseen"> column </span>{range.start.column}</span>}
      </button>
      <div class="problem-more">
        <FindingDetails finding={finding} />
        {fixes.map((fix) => (
          <button type="button" class="button small" key={fix.title} onClick={() => applyFix(fix)}>{fix.title}</button>
        ))}
      </div>
    </li>
  );
}
