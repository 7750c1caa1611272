import type { Diagnostic } from './sagaward_bg.js';

/** Bad use of the package. `code` is stable; the message is for people. */
export class SagawardError extends Error {
  // A string and not the class's own name: bundlers rename classes.
  override name = 'SagawardError';
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The definition has errors and must not run. */
export class SagaSchemaError extends SagawardError {
  override name = 'SagaSchemaError';
  readonly errors: string[];
  readonly diagnostics: Diagnostic[];

  constructor(errors: string[], diagnostics: Diagnostic[]) {
    const list = errors.map((error) => `  - ${error}`).join('\n');
    super('invalid_definition', `Saga definition has ${errors.length} validation error(s):\n${list}`);
    this.errors = errors;
    this.diagnostics = diagnostics;
  }
}

/** The state machine of a saga or a step has no such transition. */
export class SagaStateError extends SagawardError {
  override name = 'SagaStateError';
  readonly subject: 'step' | 'saga';
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly allowed: string[];

  constructor(message: string, facts: Pick<SagaStateError, 'subject' | 'id' | 'from' | 'to' | 'allowed'>) {
    super('illegal_transition', message);
    this.subject = facts.subject;
    this.id = facts.id;
    this.from = facts.from;
    this.to = facts.to;
    this.allowed = facts.allowed;
  }
}

/** The agent has no tokens left; it may ask again after `retry_after_ms`. */
export class RateLimitExceeded extends SagawardError {
  override name = 'RateLimitExceeded';
  readonly agent_did: string;
  readonly ring: 0 | 1 | 2 | 3;
  readonly retry_after_ms: number;

  constructor(message: string, facts: Pick<RateLimitExceeded, 'agent_did' | 'ring' | 'retry_after_ms'>) {
    super('rate_limit_exceeded', message);
    this.agent_did = facts.agent_did;
    this.ring = facts.ring;
    this.retry_after_ms = facts.retry_after_ms;
  }
}

/** The error that a fault of the core becomes. Called by the core. */
export function errorOf(code: string, message: string, details: string): SagawardError {
  const facts = JSON.parse(details);
  if (code === 'illegal_transition') return new SagaStateError(message, facts);
  if (code === 'rate_limit_exceeded') return new RateLimitExceeded(message, facts);
  if (code === 'invalid_definition' && facts.errors) return new SagaSchemaError(facts.errors, facts.diagnostics);
  return new SagawardError(code, message);
}
