// The semantic rules in JavaScript, as a team would write them after its schema validator: the verdict alone.

export function soundRules({ steps }, prefixes) {
  const positions = new Map();
  for (const [position, { id, action_id, undo_api }] of steps.entries()) {
    if (positions.has(id) || undo_api == null || !prefixes.some((prefix) => action_id.startsWith(prefix))) return false;
    positions.set(id, position);
  }
  return acyclic(steps, positions);
}

/** Kahn's algorithm; an unknown dependency is no order either. */
function acyclic(steps, positions) {
  const waiting = new Uint32Array(steps.length);
  const followers = steps.map(() => []);
  for (const [position, { depends_on = [] }] of steps.entries()) {
    for (const id of depends_on) {
      const earlier = positions.get(id);
      if (earlier === undefined) return false;
      followers[earlier].push(position);
    }
    waiting[position] = depends_on.length;
  }
  const ready = [];
  for (let position = 0; position < steps.length; position += 1) if (waiting[position] === 0) ready.push(position);
  let done = 0;
  for (; done < ready.length; done += 1) {
    for (const follower of followers[ready[done]]) {
      waiting[follower] -= 1;
      if (waiting[follower] === 0) ready.push(follower);
    }
  }
  return done === steps.length;
}

/** The same rules with all that they find; a cycle is only noticed. */
export function findings({ steps }, prefixes) {
  const found = [];
  const first = new Map();
  for (const [i, { id, action_id, undo_api }] of steps.entries()) {
    if (first.has(id)) found.push({ rule: 'duplicate_step_id', message: `Duplicate step ID: '${id}'`, path: ['steps', i, 'id'] });
    else first.set(id, i);
    if (!prefixes.some((prefix) => action_id.startsWith(prefix))) {
      found.push({ rule: 'unknown_action_prefix', message: `Step '${id}' has an unknown action_id: '${action_id}'`, path: ['steps', i, 'action_id'] });
    }
    if (undo_api == null) found.push({ rule: 'missing_undo_api', message: `Step '${id}' cannot be undone`, path: ['steps', i] });
  }
  const known = steps.map(({ depends_on = [] }, i) => ({
    depends_on: depends_on.filter((id, at) => {
      const isKnown = first.has(id);
      if (!isKnown) found.push({ rule: 'unknown_dependency', message: `Step depends on '${id}', which does not exist`, path: ['steps', i, 'depends_on', at] });
      return isKnown;
    }),
  }));
  if (!acyclic(known, first)) found.push({ rule: 'dependency_cycle', message: 'Steps wait for each other', path: ['steps'] });
  return found;
}
