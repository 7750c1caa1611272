import { SagawardError } from './errors.js';

/** A string argument, or a clear error. */
export function text(value: unknown, name: string): string {
  if (typeof value !== 'string') throw bad(`${name} must be a string, not ${kind(value)}`);
  return value;
}

/** A string that names something: two that differ stay different on their way into the core. */
export function id(value: unknown, name: string): string {
  const given = text(value, name);
  if (/\p{Surrogate}/u.test(given)) throw bad(`${name} must be well-formed text; this one holds half of a surrogate pair`);
  return given;
}

export function optionalText(value: unknown, name: string): string | undefined {
  return value === undefined ? undefined : text(value, name);
}

export function number(value: unknown, name: string): number {
  if (typeof value !== 'number') throw bad(`${name} must be a number, not ${kind(value)}`);
  return value;
}

export function callable<T extends (...values: never[]) => unknown>(value: T, name: string): T {
  if (typeof value !== 'function') throw bad(`${name} must be a function, not ${kind(value)}`);
  return value;
}

export function object<T extends object>(value: T, name: string): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad(`${name} must be an object, not ${kind(value)}`);
  return value;
}

/** The value as JSON text; what cannot be written so is a clear error. */
export function json(value: unknown, name: string): string {
  let written: string | undefined;
  try {
    written = JSON.stringify(value);
  } catch (cause) {
    throw new SagawardError('not_json', `${name} cannot be written as JSON: ${reason(cause)}`, { cause });
  }
  if (written === undefined) throw new SagawardError('not_json', `${name} cannot be written as JSON: it is ${kind(value)}`);
  return written;
}

/** Whatever was thrown, a message comes of it. */
export function reason(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown).toWellFormed();
  } catch {
    return 'something that has no text was thrown';
  }
}

/** Freezes a document with all that is in it. */
export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.values(Object.freeze(value)).forEach(frozen);
  }
  return value;
}

function bad(message: string): SagawardError {
  return new SagawardError('bad_argument', message);
}

function kind(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value;
}
