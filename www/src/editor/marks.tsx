import { type Diagnostic as Mark, setDiagnostics } from '@codemirror/lint';
import { effect } from '@preact/signals';
import { render } from 'preact';
import type { Diagnostic } from 'sagaward/slim';

import { FindingDetails } from '../problems/finding-details.tsx';
import { analysis } from '../state/analysis.ts';
import { applyFix } from './fixes.ts';
import { view } from './view.ts';

/** Marks the findings in the text from now on. */
export function markFindings(): void {
  effect(() => {
    const { text, report } = analysis.value;
    if (text !== view.state.doc) return;
    view.dispatch(setDiagnostics(view.state, report instanceof Error ? [] : report.diagnostics.flatMap(toMark)));
  });
}

function toMark(finding: Diagnostic): Mark[] {
  const { range, severity, message, fixes = [] } = finding;
  if (!range) return [];
  return [{
    from: range.start.offset,
    to: range.end.offset,
    severity,
    message,
    renderMessage: () => {
      const node = document.createElement('div');
      render(<><p class="finding-message">{message}</p><FindingDetails finding={finding} /></>, node);
      return node;
    },
    actions: fixes.map((fix) => ({ name: fix.title, apply: () => applyFix(fix) })),
  }];
}
