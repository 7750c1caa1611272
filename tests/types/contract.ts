// What a user may write, and what the compiler must refuse, against the published types.
import {
  assertValid,
  type ConfigurableRule,
  type Diagnostic,
  isValid,
  isValidText,
  parseDefinition,
  type Path,
  type Report,
  type Rule,
  SAGA_DEFINITION_SCHEMA,
  type SagaDefinition,
  SagaSchemaError,
  SagawardError,
  type Severity,
  type SourceRange,
  type StepDefinition,
  VALID_ACTION_PREFIXES,
  validate,
  type ValidateOptions,
  validateText,
} from 'sagaward';
import { init } from 'sagaward/slim';
import { terminateProcess, terminateWorker } from 'sagaward/node';
import type { ChildProcess } from 'node:child_process';
import type { Worker } from 'node:worker_threads';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Same<A, B>): void => {};

declare const given: unknown;
declare const bytes: Uint8Array;

same<typeof validate, (definition: unknown, options?: ValidateOptions) => Report>(true);
same<typeof validateText, (json: string | Uint8Array, options?: ValidateOptions) => Report>(true);
same<typeof isValid, (definition: unknown, options?: ValidateOptions) => definition is SagaDefinition>(true);
same<typeof isValidText, (json: string | Uint8Array, options?: ValidateOptions) => boolean>(true);
same<typeof assertValid, (definition: unknown, options?: ValidateOptions) => asserts definition is SagaDefinition>(true);
same<typeof parseDefinition, (json: string | Uint8Array, options?: ValidateOptions) => SagaDefinition>(true);
same<typeof SAGA_DEFINITION_SCHEMA, Readonly<Record<string, unknown>>>(true);
same<typeof VALID_ACTION_PREFIXES, readonly string[]>(true);
same<typeof init, (moduleOrBytes: WebAssembly.Module | BufferSource) => void>(true);

const report: Report = validateText(bytes, {
  collectAll: true,
  rules: { missing_undo_api: 'off', empty_undo_api: 'error' },
  actionPrefixes: ['own.'],
  limits: { maxBytes: 1, maxSteps: 1, maxDepth: 1, maxDiagnostics: 1 },
});
same<Report, { valid: boolean; diagnostics: Diagnostic[]; truncated: boolean; errors: string[] }>(true);
for (const { rule, severity, message, path, pointer, step_id, range, help, related, fixes } of report.diagnostics) {
  same<typeof rule, Rule>(true);
  same<typeof severity, Severity>(true);
  same<typeof path, Path>(true);
  same<typeof range, SourceRange | undefined>(true);
  const texts: (string | undefined)[] = [message, pointer, step_id, help];
  for (const place of related ?? []) texts.push(place.message, ...place.path.map(String));
  for (const { title, edits } of fixes ?? []) texts.push(title, ...edits.map((edit) => edit.rename));
}
same<Path, (string | number)[]>(true);
same<Severity, 'error' | 'warning' | 'info'>(true);

const rule: ConfigurableRule = 'duplicate_key';
const everyRule: Rule = rule;

if (isValid(given)) same<typeof given, SagaDefinition>(true);
assertValid(given);
const { name, session_id, saga_id, steps, fan_out, metadata } = given;
same<typeof steps, StepDefinition[]>(true);

try {
  parseDefinition('{}');
} catch (error) {
  if (error instanceof SagaSchemaError) same<typeof error.errors, string[]>(true);
  if (error instanceof SagawardError) same<typeof error.code, string>(true);
}

declare const worker: Worker;
declare const child: ChildProcess;
const ended: Promise<void>[] = [terminateWorker(worker)(), terminateProcess(child, { graceMs: 10 })()];

// @ts-expect-error: not every rule can be configured.
validate(given, { rules: { type: 'off' } });
// @ts-expect-error: a severity is one of three, or off.
validate(given, { rules: { duplicate_key: 'fatal' } });
// @ts-expect-error: options are camelCase.
validate(given, { collect_all: true });
// @ts-expect-error: text is text; a value goes to validate.
validateText({});
// @ts-expect-error: constants cannot be changed.
VALID_ACTION_PREFIXES.push('own.');
// @ts-expect-error: init needs the module.
init();
// @ts-expect-error: a step has an id.
const step: StepDefinition = { action_id: 'data.load', agent: 'did:mesh:a' };

export { everyRule, ended, fan_out, metadata, name, saga_id, session_id, step };
