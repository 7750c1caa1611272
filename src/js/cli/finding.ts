import type { Diagnostic, Report, Rule } from '../slim.js';

/** What the library reports, and what only a file in YAML can have wrong. */
export interface Finding extends Omit<Diagnostic, 'rule'> {
  rule: Rule | 'invalid_yaml';
}

export interface Findings extends Pick<Report, 'valid' | 'truncated'> {
  diagnostics: Finding[];
}

export interface Judgement extends Findings {
  readonly file: string;
  /** The source, to quote from. */
  readonly text: string;
  /** The definition as JSON; of use where it is valid. */
  readonly json: string;
}
