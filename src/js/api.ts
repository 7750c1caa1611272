import type { RuleLevels } from './sagaward_bg.js';

export { SAGA_DEFINITION_SCHEMA, SAGA_TRANSITIONS, STEP_TRANSITIONS, VALID_ACTION_PREFIXES } from './constants.js';
export { RateLimitExceeded, SagaSchemaError, SagaStateError, SagawardError } from './errors.js';
export { KillSwitch } from './kill/kill_switch.js';
export type { Accept, HandoffOffer } from './kill/substitute.js';
export type { KillContext, Termination } from './kill/terminate.js';
export { AgentRateLimiter, type RateLimiterOptions, type Ring } from './rate_limiter.js';
export { Saga, type Command, type SagaEvent, type SagaInput, type StepView } from './saga.js';
export { assertValid, isValid, isValidText, parseDefinition, validate, validateText } from './validation.js';
export type {
  Diagnostic,
  Edit,
  FanOutGroup,
  Fence,
  Fix,
  HandoffStatus,
  KillReason,
  KillRequest,
  KillResult,
  KillSwitchOptions,
  KillSwitchSnapshot,
  KilledAgent,
  Level,
  Limits,
  OnUnconfirmed,
  Outcome,
  Path,
  Policy,
  RateDecision,
  RateLimitStats,
  Related,
  Report,
  Rule,
  RuleLevels,
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
  ValidateOptions,
} from './sagaward_bg.js';

/** A rule whose severity can be chosen; all others are always errors. */
export type ConfigurableRule = keyof RuleLevels;
