import { CORE_SCHEMA, getScalarValue, NOT_RESOLVED, SCALAR_STYLE, type ScalarEvent, type ScalarTagDefinition } from 'js-yaml';

type Kind = 'scalar' | 'sequence' | 'mapping';

const TAGS = new Map(CORE_SCHEMA.tags.map((tag) => [tag.tagName, tag]));
const IMPLICIT = CORE_SCHEMA.tags.filter((tag) => tag.nodeKind === 'scalar').filter((tag) => tag.implicit);
const ANY_FIRST = IMPLICIT.filter((tag) => !tag.implicitFirstChars);
/** Most scalars are plain words: their first character tells that no tag applies. */
const BY_FIRST = new Map<string, ScalarTagDefinition[]>(
  IMPLICIT.flatMap((tag) => tag.implicitFirstChars ?? []).map((first) => [
    first,
    IMPLICIT.filter((tag) => tag.implicitFirstChars?.includes(first) ?? true),
  ]),
);

/** The value of a scalar under YAML's core schema; undefined when its tag does not fit it. */
export function scalarValue(text: string, event: ScalarEvent): unknown {
  const raw = getScalarValue(text, event);
  if (event.tagStart >= 0) {
    const tag = coreTag(text.slice(event.tagStart, event.tagEnd), 'scalar');
    if (tag?.nodeKind !== 'scalar') return raw;
    const value: unknown = tag.resolve(raw, true, tag.tagName);
    return value === NOT_RESOLVED ? undefined : value;
  }
  if (event.style !== SCALAR_STYLE.PLAIN) return raw;
  for (const tag of BY_FIRST.get(raw.charAt(0)) ?? ANY_FIRST) {
    const value: unknown = tag.resolve(raw, false, tag.tagName);
    if (value !== NOT_RESOLVED) return value;
  }
  // `1e400` is a float in the core schema's words, though the parser leaves it a string.
  return /^[-+.\d]/.test(raw) && Math.abs(Number(raw)) === Infinity && !raw.includes('I') ? Number(raw) : raw;
}

/** Whether a tag, as written, says nothing that JSON could not. */
export function isJsonTag(written: string, kind: Kind): boolean {
  return written === '!' || coreTag(written, kind) !== undefined;
}

function coreTag(written: string, kind: Kind) {
  const tag = TAGS.get(written.replace(/^!!/, 'tag:yaml.org,2002:').replace(/^!<(.*)>$/, '$1'));
  return tag?.nodeKind === kind ? tag : undefined;
}
