// What we do otherwise than the reference, on purpose: from its judgement of a text to the one that we must give.
// The headings of docs/differences.md are the names here; differences.test.mjs shows both behaviours of each.

const MAX_DEPTH = 64;
const MAX_DIAGNOSTICS = 1000;
const CYCLE = /^Circular dependency detected involving step '/;

/** `{valid, findings: [[path, rule, names]], prefixes, semantic, truncated}`, and the differences that made it so. */
export function expected(text, reference) {
  const document = parse(text);
  if (document === undefined) return refusal('invalid_json', reference.unreadable ? [] : ['Strict JSON']);
  if (depth(document) > MAX_DEPTH) return refusal('document_too_deep', ['Bounded depth']);
  if (reference.unreadable) throw new Error(`Python's json cannot read what JSON.parse can: ${reference.unreadable}`);

  const { valid, findings, prefixes, semantic, crash } = reference;
  const differences = [];
  if (crash === 'RecursionError') differences.push('Long chains');
  else if (crash) throw new Error(`the reference crashed: ${crash}`);

  const judgement = { valid, findings, prefixes, semantic, truncated: false, differences };
  if (findings.length === 0) judgement.semantic = withOurCycles(document.steps, semantic, differences);
  return bounded(judgement);
}

function refusal(rule, differences) {
  return { valid: false, refused: rule, differences };
}

/** The value, or undefined where JSON forbids the text or a 64-bit float cannot hold a number of it. */
function parse(text) {
  try {
    const value = JSON.parse(text);
    return leaves(value).every((leaf) => (typeof leaf === 'string' ? leaf.isWellFormed() : typeof leaf !== 'number' || Number.isFinite(leaf)))
      ? value
      : undefined;
  } catch {
    return undefined;
  }
}

function leaves(value) {
  if (typeof value !== 'object' || value === null) return [value];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...leaves(inner)]);
}

function depth(value) {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depth));
}

function withOurCycles(steps, semantic, differences) {
  const theirs = semantic.filter((message) => CYCLE.test(message));
  const components = cycles(steps);
  const ours = components.map(([first]) => `Circular dependency detected involving step '${first}'`);
  const unique = new Set(steps.map((step) => step.id)).size === steps.length;
  if (unique && (theirs.length > 0) !== (ours.length > 0)) {
    throw new Error(`with ids that differ, both must see a cycle or neither: ${JSON.stringify({ theirs, ours })}`);
  }
  // Before its first finding the reference's search is sound, so that one is real.
  const named = components.flat().map((id) => `Circular dependency detected involving step '${id}'`);
  if (theirs.length > 0 && !named.includes(theirs[0])) throw new Error(`no cycle has the step of ${theirs[0]}`);
  if (theirs.join('\n') !== ours.join('\n')) {
    differences.push(!unique && theirs.length === 0 ? 'Cycles hidden by twins' : 'One finding for each cycle');
  }
  return [...semantic.slice(0, semantic.length - theirs.length), ...ours];
}

/**
 * The ids of each strongly connected component that holds a cycle, in list order, straight from the definition:
 * two steps belong together when each can be reached from the other.
 */
function cycles(steps) {
  const next = new Map();
  for (const { id, depends_on = [] } of steps) next.set(id, [...(next.get(id) ?? []), ...depends_on]);
  const reachable = new Map([...next.keys()].map((id) => [id, reach(next, id)]));
  const found = [];
  for (const [id, ahead] of reachable) {
    if (!ahead.has(id) || found.some((component) => component.includes(id))) continue;
    found.push([...reachable].filter(([other, back]) => ahead.has(other) && back.has(id)).map(([other]) => other));
  }
  return found;
}

function reach(next, from) {
  const seen = new Set();
  const open = [from];
  while (open.length > 0) {
    for (const id of next.get(open.pop()) ?? []) {
      if (!seen.has(id)) open.push(id);
      seen.add(id);
    }
  }
  return seen;
}

function bounded(judgement) {
  const { findings, prefixes, semantic, differences } = judgement;
  if (findings.length + semantic.length <= MAX_DIAGNOSTICS) return judgement;
  differences.push('Bounded reports');
  return {
    ...judgement,
    findings: findings.slice(0, MAX_DIAGNOSTICS),
    prefixes: prefixes.slice(0, MAX_DIAGNOSTICS),
    semantic: semantic.slice(0, MAX_DIAGNOSTICS - findings.length),
    truncated: true,
  };
}
