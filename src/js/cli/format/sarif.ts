import type { Location, Log, Notification, PhysicalLocation, ReportingDescriptor, Result } from 'sarif';
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
  const results: Result[] = [];
  for await (const { file, diagnostics } of judgements) {
    for (const finding of diagnostics) {
      if (!rules.includes(finding.rule)) rules.push(finding.rule);
      results.push(result(file, finding, rules.indexOf(finding.rule)));
    }
  }
  const log: Log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'sagaward', version: VERSION, rules: rules.map(descriptor) } },
        columnKind: 'utf16CodeUnits',
        invocations: [
          { executionSuccessful: failures.length === 0, toolExecutionNotifications: failures.map(notification) },
        ],
        results,
      },
    ],
  };
  yield `${JSON.stringify(log, null, 2)}\n`;
};

function descriptor(id: string): ReportingDescriptor {
  const text = RULES.get(id);
  if (!text) return { id };
  return { id, shortDescription: { text: text.summary }, help: { text: text.section, markdown: text.section } };
}

function result(file: string, finding: Finding, ruleIndex: number): Result {
  const { rule, severity, message, help, pointer, range, related = [] } = finding;
  return {
    ruleId: rule,
    ruleIndex,
    level: LEVELS[severity],
    message: { text: help === undefined ? message : `${message}\nhelp: ${help}` },
    locations: [{ physicalLocation: place(file, range), logicalLocations: [{ fullyQualifiedName: pointer }] }],
    relatedLocations: related.map((other, id): Location => ({
      id,
      physicalLocation: place(file, other.range),
      message: { text: other.message },
    })),
  };
}

function notification({ file, problem }: Failure): Notification {
  return { level: 'error', message: { text: problem }, locations: [{ physicalLocation: place(file, undefined) }] };
}

function place(file: string, range: Finding['range']): PhysicalLocation {
  const uri = repositoryPath(file).split('/').map(encodeURIComponent).join('/');
  if (!range) return { artifactLocation: { uri } };
  const { start, end } = range;
  return {
    artifactLocation: { uri },
    region: { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column },
  };
}
