// JSON text with what values cannot hold: how a number is spelt, and a key given twice.

export class Literal {
  constructor(text) { this.text = text; }
}

export class Members {
  constructor(entries) { this.entries = entries; }
  with(key, value) { return new Members([...this.entries, [key, value]]); }
}

export const members = (object) => new Members(Object.entries(object).filter(([, value]) => value !== undefined));

export const LAYOUTS = {
  compact: { comma: ',', colon: ':' },
  spaced: { comma: ', ', colon: ': ' },
  loose: { comma: '\t,\r\n ', colon: ' :\n' },
};

export function toText(node, layout = LAYOUTS.compact) {
  if (node instanceof Literal) return node.text;
  const list = (items) => items.join(layout.comma);
  if (Array.isArray(node)) return `[${list(node.map((item) => toText(item, layout)))}]`;
  if (node instanceof Members) {
    return `{${list(node.entries.map(([key, value]) => JSON.stringify(key) + layout.colon + toText(value, layout)))}}`;
  }
  return JSON.stringify(node);
}

/** Every place in the tree: the nearest key, what is there, and how to build the tree anew with something else there (`undefined` removes it). */
export function places(node, rebuild = (replacement) => replacement, nearestKey = undefined, found = []) {
  found.push({ node, rebuild, nearestKey });
  if (Array.isArray(node)) {
    node.forEach((item, i) => places(item, (r) => rebuild(r === undefined ? node.toSpliced(i, 1) : node.with(i, r)), nearestKey, found));
  } else if (node instanceof Members) {
    node.entries.forEach(([key, value], i) => places(
      value,
      (r) => rebuild(new Members(r === undefined ? node.entries.toSpliced(i, 1) : node.entries.with(i, [key, r]))),
      key,
      found,
    ));
  }
  return found;
}
