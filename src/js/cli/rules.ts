import text from '../../../docs/rules.md';

export interface RuleText {
  /** The section of docs/rules.md, heading included. */
  readonly section: string;
  readonly summary: string;
}

const HEADING = /^## `([a-z0-9_]+)`/;

/** What docs/rules.md says, by rule. */
export const RULES: ReadonlyMap<string, RuleText> = new Map(
  text.split(/^(?=## )/m).flatMap((section) => {
    const rule = HEADING.exec(section)?.[1];
    return rule === undefined ? [] : [[rule, { section: `${section.trimEnd()}\n`, summary: firstSentence(section) }]];
  }),
);

function firstSentence(section: string): string {
  const paragraph = section.split('\n\n')[1] ?? '';
  const line = paragraph.replaceAll(/\s+/g, ' ').replaceAll('**', '').trim();
  return /^.*?[.!](?= |$)/.exec(line)?.[0] ?? line;
}
