import type { Finding } from '../finding.js';
import { RULES } from '../rules.js';
import type { Failure } from '../sources.js';
import type { Format } from '../validate.js';
import { repositoryPath } from './paths.js';

declare const VERSION: string;

const LEVELS = { error: 'error', warning: 'warning', info: 'note' } as const;

/** SARIF 2.1.0, for code scanning. */
export const sarif: Format = async function* (judgements, failures) {
  const rules: string[] = [];
  const results: object[] = [];
  for await (const { file, diagnostics } of judgements) {
    for (const finding of diagnostics) {
      if (!rules.includes(finding.rule)) rules.push(finding.rule);
      results.push(result(file, finding, rules.indexOf(finding.rule)));
    }
  }
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'sagaward', version: VERSION, rules: rules.map(descriptor) } },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: failures.length === 0,
            ...(failures.length > 0 && { toolExecutionNotifications: failures.map(notification) }),
          },
        ],
        results,
      },
    ],
  };
  yield `${JSON.stringify(log, null, 2)}\n`;
};

function descriptor(id: string): object {
  const text = RULES.get(id);
  if (!text) return { id };
  return { id, shortDescription: { text: text.summary }, help: { text: text.section, markdown: text.section } };
}

function result(file: string, finding: Finding, ruleIndex: number): object {
  const { rule, severity, message, help, pointer, range, related = [] } = finding;
  return {
    ruleId: rule,
    ruleIndex,
    level: LEVELS[severity],
    message: { text: help === undefined ? message : `${message}\nhelp: ${help}` },
    locations: [{ ...location(file, range), logicalLocations: [{ fullyQualifiedName: pointer }] }],
    ...(related.length > 0 && {
      relatedLocations: related.map((other, id) => ({
        id,
        ...location(file, other.range),
        message: { text: other.message },
      })),
    }),
  };
}

function location(file: string, range: Finding['range']): object {
  return {
    physicalLocation: {
      artifactLocation: { uri: uri(file) },
      ...(range && {
        region: {
          startLine: range.start.line,
          startColumn: range.start.column,
          endLine: range.end.line,
          endColumn: range.end.column,
        },
      }),
    },
  };
}

function notification({ file, problem }: Failure): object {
  return { level: 'error', message: { text: problem }, locations: [location(file, undefined)] };
}

function uri(file: string): string {
  return repositoryPath(file).split('/').map(encodeURIComponent).join('/');
}
