// What we do otherwise than the reference, on purpose: from its judgement of a text to the one that we must give.
// Each is told in docs/differences.md under the name that it has here, and shown in differences.test.mjs.

const MAX_DEPTH = 64;
const MAX_DIAGNOSTICS = 1000;
const MAX_QUOTE = 120;

/** `{refused}` or `{findings, errors, message, truncated}`, and the names of the differences that made it so. */
export function expected(text, reference) {
  const document = parse(text);
  if (document === undefined) return { refused: 'invalid_json', differences: reference.unreadable ? [] : ['Strict JSON'] };
  if (depth(text) > MAX_DEPTH) return { refused: 'document_too_deep', differences: ['Bounded documents'] };
  if (reference.unreadable) throw new Error(`Python's json cannot read what JSON.parse can: ${reference.unreadable}`);
  if (reference.crash && reference.crash !== 'RecursionError') throw new Error(`the reference crashed: ${reference.crash}`);

  const differences = reference.crash ? ['Long chains'] : [];
  const { findings } = reference;
  let { errors } = reference;
  const change = (name, changed) => {
    if (changed.length !== errors.length || changed.some((error, i) => error !== errors[i])) differences.push(name);
    errors = changed;
  };
  if (findings.length === 0) {
    change(...withOurCycles(document.steps, errors));
    change('Cut quotes', withCutQuotes(document.steps, errors));
  }
  const truncated = errors.length > MAX_DIAGNOSTICS;
  if (truncated) change('Bounded reports', errors.slice(0, MAX_DIAGNOSTICS));
  return { findings: findings.slice(0, MAX_DIAGNOSTICS), errors, truncated, differences };
}

/** The value, or undefined where JSON forbids the text or a 64-bit float cannot hold a number of it. */
function parse(text) {
  try {
    const value = JSON.parse(text);
    return isSound(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isSound(value) {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return typeof value !== 'number' || Number.isFinite(value);
  return Object.entries(value).every(([key, inner]) => key.isWellFormed() && isSound(inner));
}

/** How deep the text nests, also in a value that a later twin of its key overrides. */
function depth(text) {
  let [level, deepest] = [0, 0];
  for (const [bracket] of text.replaceAll(/"(?:[^"\\]+|\\.)*"/g, '').matchAll(/[[\]{}]/g)) {
    level += '[{'.includes(bracket) ? 1 : -1;
    deepest = Math.max(deepest, level);
  }
  return deepest;
}

function withOurCycles(steps, errors) {
  const message = (id) => `Circular dependency detected involving step '${id}'`;
  const components = cycles(steps);
  const named = new Set(components.flat().map(message));
  const theirs = errors.filter((error) => error.startsWith(message('').slice(0, -1)));
  const ids = new Set(steps.map((step) => step.id));
  if (ids.size === steps.length) {
    if (theirs.length > 0 !== components.length > 0) throw new Error('with ids that differ, the reference too sees whether there is a cycle');
    // Until its first finding the reference's search is sound.
    if (theirs.length > 0 && !named.has(theirs[0])) throw new Error(`no cycle has the step of: ${theirs[0]}`);
  }
  return [
    theirs.length === 0 ? 'Cycles hidden by twins' : 'One finding for each cycle',
    [...errors.slice(0, errors.length - theirs.length), ...components.map(([first]) => message(first))],
  ];
}

/**
 * The ids of each cycle's component, in list order, straight from the definition of "strongly connected":
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

function withCutQuotes(steps, errors) {
  const quoted = steps.flatMap(({ id, action_id, depends_on = [] }) => [id, action_id, ...depends_on]);
  const long = [...new Set(quoted)].filter((value) => value.length > MAX_QUOTE && [...value].length > MAX_QUOTE);
  const cut = (value) => `${[...value].slice(0, MAX_QUOTE).join('')}…`;
  return errors.map((error) => long.reduce((message, value) => message.replaceAll(`'${value}'`, () => `'${cut(value)}'`), error));
}
