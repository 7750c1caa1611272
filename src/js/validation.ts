import { encodeInto } from './encode.js';
import { SagaSchemaError, SagawardError } from './errors.js';
import { withPacked } from './pack.js';
import type { Report, SagaDefinition, ValidateOptions } from './sagaward_bg.js';
import { inputOf, type Validator, withValidator } from './validator.js';

interface Document {
  fromText: 0 | 1;
  content: string | Uint8Array;
}
type Answer = { report: Report } | { error: { code: string; message: string } };

const decoder = new TextDecoder();

const DEFAULT_MAX_BYTES = 8 * 1024 * 1024;
/** Room for any one character beyond the limit, so that the core sees that there is more. */
const BEYOND = 4;
const MOST_MEMORY = 2 ** 32 - 1;

/** Judges a value, as `JSON.stringify` would write it. */
export function validate(definition: unknown, options?: ValidateOptions): Report {
  return report(fromValue(definition), options);
}

/** Judges JSON text, or JSON in UTF-8 bytes, with positions. */
export function validateText(json: string | Uint8Array, options?: ValidateOptions): Report {
  return report(fromText(json), options);
}

/** The verdict alone: always equal to `validate(…).valid`. */
export function isValid(definition: unknown, options?: ValidateOptions): definition is SagaDefinition {
  return packedIsSurelyValid(definition, options) || verdict(fromValue(definition), options);
}

/** The verdict alone: always equal to `validateText(…).valid`. */
export function isValidText(json: string | Uint8Array, options?: ValidateOptions): boolean {
  return verdict(fromText(json), options);
}

/** Throws SagaSchemaError unless the value is a valid definition. */
export function assertValid(definition: unknown, options?: ValidateOptions): asserts definition is SagaDefinition {
  demand(fromValue(definition), options);
}

/** Reads a definition, or throws SagaSchemaError. */
export function parseDefinition(json: string | Uint8Array, options?: ValidateOptions): SagaDefinition {
  const given = fromText(json).content;
  // Bytes that another thread shares could change between the verdict and the reading.
  const content = typeof given === 'string' ? given : new Uint8Array(given);
  demand({ fromText: 1, content }, options);
  return JSON.parse(typeof content === 'string' ? content : decoder.decode(content)) as SagaDefinition;
}

/** Throws SagaSchemaError unless the value that was written as this text is a valid definition. */
export function assertValidWritten(text: string, options: ValidateOptions | undefined): void {
  demand({ fromText: 0, content: text }, options);
}

function demand(document: Document, options: ValidateOptions | undefined): void {
  if (verdict(document, options)) return;
  const { errors, diagnostics } = report(document, options);
  throw new SagaSchemaError(errors, diagnostics);
}

function fromValue(definition: unknown): Document {
  let content: string | undefined;
  try {
    content = JSON.stringify(definition);
  } catch (cause) {
    throw new SagawardError('not_json', `The definition cannot be written as JSON: ${reason(cause)}`, { cause });
  }
  if (content === undefined) {
    throw new SagawardError('not_json', `The definition cannot be written as JSON: JSON.stringify gives nothing for this ${typeof definition}.`);
  }
  return { fromText: 0, content };
}

// Whatever was thrown, a message comes of it.
function reason(cause: unknown): string {
  try {
    return String(cause);
  } catch {
    return 'something that has no text was thrown';
  }
}

function fromText(json: string | Uint8Array): Document {
  if (typeof json !== 'string' && Object.prototype.toString.call(json) !== '[object Uint8Array]') {
    throw new SagawardError('bad_argument', `JSON text must be a string or a Uint8Array, not ${json === null ? 'null' : typeof json}; a value goes to validate().`);
  }
  // Bytes that are gone, because their buffer was transferred, count as none.
  return { fromText: 1, content: json.length === 0 ? '' : json };
}

function report(document: Document, options: ValidateOptions | undefined): Report {
  const answer = judge(document, options, (validator, ...lengths) => {
    const pointer = validator.validation_report(...lengths, document.fromText) >>> 0;
    const bytes = new Uint8Array(validator.memory.buffer, pointer, validator.validation_answer_len() >>> 0);
    return JSON.parse(decoder.decode(bytes)) as Answer;
  });
  if ('error' in answer) throw new SagawardError(answer.error.code, answer.error.message);
  return answer.report;
}

function verdict(document: Document, options: ValidateOptions | undefined): boolean {
  const said = judge(document, options, (validator, ...lengths) => validator.validation_verdict(...lengths));
  // Neither yes nor no: the report says what is wrong with the options, by throwing.
  return said === 2 ? report(document, options).valid : said === 1;
}

function packedIsSurelyValid(definition: unknown, options: ValidateOptions | undefined): boolean {
  return withPacked(definition, maxBytes(options), (content) => content !== undefined
    && judge({ fromText: 0, content }, options, (validator, ...lengths) => validator.validation_verdict_of_value(...lengths)) === 1);
}

function judge<T>(
  { content }: Document,
  options: ValidateOptions | undefined,
  ask: (validator: Validator, optionsLength: number, documentLength: number) => T,
): T {
  const optionsText = options === undefined ? '' : writeOptions(options);
  const most = maxBytes(options) + BEYOND;
  // A unit of UTF-16 takes at most three bytes.
  const optionsRoom = optionsText.length * 3;
  const room = Math.min(typeof content === 'string' ? content.length * 3 : content.length, most);
  return withValidator((validator) => {
    const input = inputOf(validator, Math.min(optionsRoom + room, MOST_MEMORY));
    const optionsLength = optionsText === '' ? 0 : encodeInto(optionsText, input);
    if (typeof content === 'string') {
      const fits = optionsLength === 0 && content.length * 3 <= room;
      const target = fits ? input : input.subarray(optionsLength, optionsLength + room);
      return ask(validator, optionsLength, encodeInto(content.slice(0, room), target));
    }
    input.set(content.length > room ? content.subarray(0, room) : content, optionsLength);
    return ask(validator, optionsLength, room);
  });
}

function maxBytes(options: ValidateOptions | undefined): number {
  const wanted: unknown = options?.limits?.maxBytes;
  return typeof wanted === 'number' && wanted >= 0 ? wanted : DEFAULT_MAX_BYTES;
}

function writeOptions(options: ValidateOptions): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(options);
  } catch (cause) {
    throw new SagawardError('bad_option', `The options cannot be written as JSON: ${reason(cause)}`, { cause });
  }
  if (text === undefined) throw new SagawardError('bad_option', `The options must be an object, not a ${typeof options}.`);
  return text;
}
