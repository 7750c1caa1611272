import cli from '../../../docs/cli.md';
import rules from '../../../docs/rules.md';

export interface RuleText {
  /** The section of the documentation, heading included. */
  readonly section: string;
  readonly summary: string;
}

const HEADING = /^## `([a-z0-9_]+)`/;

/** What the documentation says, by rule: the library's rules, then the command line's own. */
export const RULES: ReadonlyMap<string, RuleText> = new Map(
  [rules, cli]
    .flatMap((text) => text.split(/^(?=## )/m))
    .flatMap((section) => {
      const rule = HEADING.exec(section)?.[1];
      return rule === undefined ? [] : [[rule, { section: `${section.trimEnd()}\n`, summary: firstSentence(section) }]];
    }),
);

function firstSentence(section: string): string {
  // The heading is followed by a line in bold type: severity and origin.
  const paragraph = section.split('\n\n').slice(1).find((text) => !text.startsWith('**')) ?? '';
  const line = paragraph.replaceAll(/\s+/g, ' ').trim();
  return /^.*?[.!:](?= |$)/.exec(line)?.[0].replace(/:$/, '.') ?? line;
}
