// What a user may write, and what the compiler must refuse, against the published types.
import {
  ActionError,
  type Actions,
  assertValid,
  type Clock,
  type ConfigurableRule,
  type Diagnostic,
  httpActions,
  isValid,
  isValidText,
  type Journal,
  KillSwitch,
  MemoryJournal,
  type Outcome,
  parseDefinition,
  type Path,
  plan,
  type Plan,
  type PlanOptions,
  recover,
  recoverAll,
  type RecoverOptions,
  type Report,
  type Rule,
  run,
  type RunOptions,
  type RunResult,
  Saga,
  SAGA_DEFINITION_SCHEMA,
  type SagaDefinition,
  type SagaEvent,
  type SagaRun,
  SagaSchemaError,
  SagawardError,
  type Severity,
  type SourceRange,
  type StepContext,
  type StepDefinition,
  type StepView,
  VALID_ACTION_PREFIXES,
  validate,
  type ValidateOptions,
  validateText,
} from 'sagaward';
import { init } from 'sagaward/slim';
import { IndexedDbJournal } from 'sagaward/browser';
import { FileJournal, terminateProcess, terminateWorker } from 'sagaward/node';
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
same<typeof plan, (of: unknown, options?: PlanOptions) => Plan>(true);
same<Plan['failures'][number]['rollback'], Plan['now'] | null>(true);
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

same<typeof run, (saga: Saga, options: RunOptions) => SagaRun>(true);
const journals: Required<Journal>[] = [new MemoryJournal(), new FileJournal('sagas', { fsync: false }), new IndexedDbJournal(), new IndexedDbJournal('sagas')];
// @ts-expect-error
new FileJournal('sagas', { sync: false });
same<typeof recover, (journal: Journal, sagaId: string, options: RecoverOptions) => Promise<RunResult>>(true);
same<typeof recoverAll, (journal: Journal, options: RecoverOptions) => AsyncIterable<SagaRun>>(true);
same<RecoverOptions, Omit<RunOptions, 'journal'>>(true);
same<RunResult, { outcome: Outcome; saga: Saga; error: string | null }>(true);
same<Awaited<SagaRun>, RunResult>(true);
same<Outcome, 'succeeded' | 'rolled_back' | 'failed' | 'escalated'>(true);

declare const saga: Saga;
declare const clock: Clock;
const actions: Actions = httpActions({ baseUrl: 'https://agents.example', headers: { authorization: 'Bearer …' }, fetch, maxResponseBytes: 1 });
const everyOption: RunOptions = {
  execute: (step: StepView, { attempt, idempotencyKey, signal, results }: StepContext) => [step.step_id, attempt, idempotencyKey, signal.aborted, results['a']],
  compensate: async () => {
    throw new ActionError('no', { retryable: false, effect: 'in_doubt', retryAfterMs: 1, cause: given });
  },
  check: (steps: readonly StepView[]) => void steps,
  killSwitch: new KillSwitch(),
  journal: new MemoryJournal(),
  signal: AbortSignal.abort(),
  concurrency: 1,
  retry: { delayMs: 1, backoff: 'exponential', maxDelayMs: 1, jitter: true },
  inDoubt: 'escalate',
  onUndoFailure: 'hold',
  abortGraceMs: 1,
  nothingToUndo: ['a'],
  achieved: async (goal: string) => (goal ? { result: 1 } : undefined),
  onRun: (running) => same<typeof running, SagaRun>(true),
  onEvent: (event) => {
    same<typeof event, SagaEvent>(true);
    if (event.type === 'attempt_failed') same<typeof event.in_doubt, boolean>(true);
  },
  clock,
};
const running: SagaRun = run(saga, everyOption);
const steering: void[] = [running.cancel('why'), running.pause(), running.resume(), running.retryStep('a'), running.skipStep('a'), running.escalate()];
const detached: Promise<void> = running.detach();

// @ts-expect-error: what can be executed can be undone.
run(saga, { execute: () => 1 });
// @ts-expect-error: only so many backoffs.
run(saga, { ...actions, retry: { backoff: 'cubic' } });
// @ts-expect-error: options are camelCase.
run(saga, { ...actions, abort_grace_ms: 1 });
// @ts-expect-error: the journal is the first argument.
recover(new MemoryJournal(), 'saga:1', { ...actions, journal: new MemoryJournal() });
// @ts-expect-error: all that is called lies below a base.
httpActions({});
// @ts-expect-error: an effect is none or in doubt.
new ActionError('no', { effect: 'some' });

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

export { detached, everyRule, steering, ended, fan_out, metadata, name, saga_id, session_id, step };
