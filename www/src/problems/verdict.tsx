import type { Report, SagawardError, Severity } from 'sagaward/slim';

import { analysis } from '../state/analysis.ts';
import { Icon } from '../ui/icon.tsx';

const SEVERITIES = ['error', 'warning', 'info'] as const satisfies Severity[];
const NOUNS: Record<Severity, [one: string, many: string]> = {
  error: ['error', 'errors'],
  warning: ['warning', 'warnings'],
  info: ['remark', 'remarks'],
};

/** Whether the saga may run, in one line that screen readers announce when it changes. */
export function Verdict() {
  const { report, steps } = analysis.value;
  const failed = report instanceof Error;
  return (
    <p class="verdict" role="status" data-verdict={!failed && report.valid ? 'valid' : 'invalid'}>
      <Icon name={!failed && report.valid ? 'valid' : 'error'} />
      <span>{failed ? failure(report) : verdict(report, steps.length)}</span>
    </p>
  );
}

function verdict({ valid, diagnostics, truncated }: Report, steps: number): string {
  const counts = SEVERITIES.flatMap((severity) => {
    const count = diagnostics.filter((finding) => finding.severity === severity).length;
    return count > 0 ? [quantity(count, ...NOUNS[severity])] : [];
  });
  const judgement = valid ? `Valid saga, ${quantity(steps, 'step', 'steps')}` : 'This saga may not run';
  const found = counts.length > 0 ? `: ${counts.join(', ')}` : '';
  return `${judgement}${found}${truncated ? ', and more that are not listed' : ''}`;
}

function failure({ code, message }: SagawardError): string {
  return `The text could not be judged (${code}): ${message}`;
}

function quantity(count: number, one: string, many: string): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
