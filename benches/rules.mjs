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
