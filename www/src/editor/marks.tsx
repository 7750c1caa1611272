import { type Diagnostic as Mark, setDiagnostics } from '@codemirror/lint';
import type { Text } from '@codemirror/state';
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
    view.dispatch(setDiagnostics(view.state, report instanceof Error ? [] : report.diagnostics.flatMap((finding) => toMark(finding, text))));
  });
}

function toMark(finding: Diagnostic, text: Text): Mark[] {
  const { range, severity, message, fixes = [] } = finding;
  if (!range) return [];
  const from = range.start.offset;
  return [{
    from,
    // Of a finding about a whole object the first line is enough to see.
    to: Math.min(range.end.offset, text.lineAt(from).to),
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
