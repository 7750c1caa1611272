// The component's values, as jco has them, and the documents that every host of the core knows.

/** The fields that hold the text of any JSON value. */
const JSON_TEXT = new Set(['result', 'metadata', 'fan_out', 'execute_result', 'compensation_result', 'replace']);
/** The fields whose own fields stand beside them in a document. */
const FLAT = new Set(['fact', 'told', 'failure']);
const TIMES = new Set(['at', 'timestamp', 'created_at', 'completed_at', 'started_at', 'retry_at']);
const NUMBERS_64 = new Set(['seq', 'committed_seq']);
const NAMES = new Set([
  'code', 'rule', 'severity', 'state', 'to', 'outcome', 'action', 'activity', 'backoff', 'in_doubt', 'on_undo_failure', 'timer', 'effect',
  'reason', 'termination', 'status', 'on_unconfirmed', 'substitutes',
]);
/** The option bags: their names are camelCase, as everywhere. */
const OPTIONS = new Set(['settings', 'options']);

const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());

/** What the component gave; what says nothing has no key. */
export function toDocument(value, key = '', isOption = false) {
  if (value === undefined) return undefined;
  if (JSON_TEXT.has(key)) return JSON.parse(value);
  if (TIMES.has(key) && typeof value === 'number') return new Date(value).toISOString();
  if (NAMES.has(key) && typeof value === 'string') return value.replaceAll('-', '_');
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map((item) => toDocument(item, '', isOption));
  if (typeof value !== 'object') return value;
  if ('tag' in value) return { type: value.tag.replaceAll('-', '_'), ...toDocument(value.val) };
  const document = {};
  for (const [name, part] of Object.entries(value)) {
    const field = snake(name);
    const written = toDocument(part, field, isOption || OPTIONS.has(field));
    if (FLAT.has(field)) Object.assign(document, written);
    else if (written !== undefined) document[isOption ? name : field] = written;
  }
  return document;
}

/** The same back. */
export function fromDocument(document, key = '') {
  if (document === null || document === undefined) return undefined;
  if (JSON_TEXT.has(key)) return JSON.stringify(document);
  if (TIMES.has(key) && typeof document === 'string') return Date.parse(document);
  if (NAMES.has(key) && typeof document === 'string') return document.replaceAll('_', '-');
  if (NUMBERS_64.has(key)) return BigInt(document);
  if (Array.isArray(document)) return document.map((item) => fromDocument(item));
  if (typeof document !== 'object') return document;
  return Object.fromEntries(Object.entries(document).map(([name, part]) => [camel(name), fromDocument(part, snake(name))]));
}

/** An event, or an input: what is flat in a document is a case of a variant. */
export function withCase({ type, seq, at, ...fields }, name) {
  const val = fromDocument(fields);
  if (type === 'attempt_failed' && name === 'told' || type === 'undo_failed') {
    const { attemptKey, retryable = true, effect = 'none', ...failure } = val;
    Object.assign(val, { attemptKey, failure: { retryable, effect, ...failure } });
  }
  return { ...fromDocument({ seq, at }), [name]: { tag: type.replaceAll('_', '-'), val } };
}

/** The defaults, changed where something is given. */
export function merged(defaults, given = {}) {
  return Object.fromEntries(Object.entries(defaults).map(([name, value]) => {
    const other = given[name] ?? given[snake(name)];
    if (other === undefined) return [name, value];
    return [name, typeof value === 'object' && !Array.isArray(value) ? merged(value, other) : fromDocument(other, snake(name))];
  }));
}
