import type { RuleLevels } from './sagaward_bg.js';

export { SAGA_DEFINITION_SCHEMA, VALID_ACTION_PREFIXES } from './constants.js';
export { RateLimitExceeded, SagaSchemaError, SagaStateError, SagawardError } from './errors.js';
export { assertValid, isValid, isValidText, parseDefinition, validate, validateText } from './validation.js';
export type {
  Diagnostic,
  Edit,
  FanOutGroup,
  Fix,
  Level,
  Limits,
  Path,
  Policy,
  Related,
  Report,
  Rule,
  RuleLevels,
  SagaDefinition,
  Segment,
  Severity,
  SourcePosition,
  SourceRange,
  StepDefinition,
  ValidateOptions,
} from './sagaward_bg.js';

/** A rule whose severity can be chosen; all others are always errors. */
export type ConfigurableRule = keyof RuleLevels;
