import type { RuleLevels } from './sagaward_bg.js';

export { SAGA_DEFINITION_SCHEMA, SAGA_TRANSITIONS, STEP_TRANSITIONS, VALID_ACTION_PREFIXES } from './constants.js';
export { RateLimitExceeded, SagaSchemaError, SagaStateError, SagawardError } from './errors.js';
export type { Journal } from './journal/journal.js';
export { MemoryJournal } from './journal/memory_journal.js';
export { KillSwitch } from './kill/kill_switch.js';
export type { Accept, HandoffOffer } from './kill/substitute.js';
export type { KillContext, Termination } from './kill/terminate.js';
export { plan, type PlanOptions } from './plan.js';
export { AgentRateLimiter, type RateLimiterOptions, type Ring } from './rate_limiter.js';
export { Saga, type Command, type SagaEvent, type SagaInput, type StepView } from './saga.js';
export { ActionError, type Actions, type StepContext } from './run/actions.js';
export type { Clock } from './run/clock.js';
export { httpActions, type HttpActionsOptions } from './run/http_actions.js';
export type { RunOptions } from './run/options.js';
export { recover, recoverAll, type RecoverOptions } from './run/recover.js';
export { run, type RunResult, type SagaRun } from './run/run.js';
export { assertValid, isValid, isValidText, parseDefinition, validate, validateText } from './validation.js';
export type {
  Action,
  Activity,
  Attempt,
  Backoff,
  Diagnostic,
  Edit,
  Effect,
  Fact,
  Failure,
  FanOutGroup,
  Fence,
  Fix,
  HandoffStatus,
  InDoubt,
  KillReason,
  KillRequest,
  KillResult,
  KillSwitchOptions,
  KillSwitchSnapshot,
  KilledAgent,
  KilledBy,
  Level,
  Limits,
  Named,
  OnUndoFailure,
  OnUnconfirmed,
  Outcome,
  Path,
  Plan,
  PlannedFailure,
  PlannedUnit,
  Policy,
  RateDecision,
  RateLimitStats,
  Related,
  Report,
  RetrySettings,
  Rollback,
  Rule,
  RuleLevels,
  RunSettings,
  SagaDefinition,
  SagaDict,
  SagaSnapshot,
  SagaState,
  Segment,
  Severity,
  SourcePosition,
  SourceRange,
  StepDefinition,
  StepDict,
  StepHandoff,
  StepState,
  SubstituteOrder,
  TerminationOutcome,
  Timer,
  Told,
  ValidateOptions,
} from './sagaward_bg.js';

/** A rule whose severity can be chosen; all others are always errors. */
export type ConfigurableRule = keyof RuleLevels;
