// Arbitrary saga documents as JSON text: sound, faulty in meaning, faulty in structure, and rubbish.
import fc from 'fast-check';
import { LAYOUTS, Literal, Members, members, places, toText } from './json_text.mjs';

const { constantFrom, oneof, record, array, option, uniqueArray, nat, integer, tuple, string } = fc;

const PREFIXES = ['model.', 'data.', 'deploy.', 'validate.', 'notify.', 'infra.', 'security.', 'monitor.', 'config.', 'test.'];
const STEP_KEYS = ['id', 'action_id', 'agent', 'execute_api', 'undo_api', 'timeout', 'retries', 'checkpoint_goal', 'depends_on'];
const ROOT_KEYS = ['name', 'session_id', 'saga_id', 'steps', 'fan_out', 'metadata', 'policy', 'branches'];

const plainId = constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const oddId = constantFrom(
  '__proto__', 'constructor', 'toString', 'hasOwnProperty', '0', '-1', '01', ' ', 'a ', 'A', "it's", '"', '\\', '/', '~1',
  'a.b', 'steps.0.id', '(root)', 'a → b', 'é', 'e\u0301', '部署', '🚀', '\u{10ffff}', '\uffff', '\u2028', '\u0000', 'a\u0000b', '\u001b[31m', '\u202e', 'x'.repeat(200),
);
const text = oneof(constantFrom('x', 'did:mesh:agent', 'Ünïcode 🚀'), string({ unit: 'binary', minLength: 1, maxLength: 8 }));
const stepId = oneof({ weight: 12, arbitrary: plainId }, { weight: 2, arbitrary: oddId }, { weight: 1, arbitrary: text });
const known = (tail) => tuple(constantFrom(...PREFIXES), tail).map(([prefix, end]) => prefix + end);
const actionId = oneof(
  { weight: 8, arbitrary: known(constantFrom('run', 'k8s.rollout', '')) },
  { weight: 1, arbitrary: constantFrom('database.migrate', 'Model.load', 'model', 'models.load', ' data.x', 'deploy_x', 'ｄata.x', 'test', '.') },
  { weight: 1, arbitrary: stepId },
);

const number = (...spellings) => constantFrom(...spellings.map((spelling) => new Literal(spelling)));
const seconds = number('1', '300', '86400', '1.0', '1e2', '8.64e4', '864E+2', '3000e-1', '86400.0000000000001');
const attempts = number('0', '3', '10', '-0', '-0.0', '0e9', '1E1', '10.0');

const step = (ids) => record({
  id: ids,
  action_id: actionId,
  agent: oneof(constantFrom('did:mesh:a'), text),
  execute_api: option(text, { nil: undefined }),
  undo_api: oneof({ weight: 8, arbitrary: text }, { weight: 1, arbitrary: constantFrom(null, undefined) }, { weight: 1, arbitrary: constantFrom('') }),
  timeout: option(seconds, { nil: undefined, freq: 2 }),
  retries: option(attempts, { nil: undefined, freq: 2 }),
  checkpoint_goal: option(oneof(text, constantFrom(null)), { nil: undefined }),
  depends_on: option(uniqueArray(ids, { maxLength: 4 }), { nil: undefined, freq: 3 }),
});

const fanOut = array(record({
  policy: option(constantFrom('all_must_succeed', 'majority_must_succeed', 'any_must_succeed', 'most_must_succeed', ''), { nil: undefined }),
  branches: option(array(stepId, { maxLength: 4 }), { nil: undefined }),
  note: option(fc.json(), { nil: undefined, freq: 1 }),
}).map(members), { maxLength: 3 });

const definition = (steps) => record({
  name: text,
  session_id: text,
  saga_id: option(constantFrom('', 'saga:1'), { nil: undefined }),
  steps: steps.map((list) => list.map(members)),
  fan_out: option(fanOut, { nil: undefined, freq: 2 }),
  metadata: option(fc.dictionary(oddId, fc.json().map((json) => new Literal(json)), { maxKeys: 3 }), { nil: undefined, freq: 2 })
    .map((metadata) => metadata && members(metadata)),
}).map(members);

const shuffled = (node) => fc.shuffledSubarray(node.entries, { minLength: node.entries.length }).map((entries) => new Members(entries));

/** Valid: ids that differ, dependencies on earlier steps only, an undo for each step. */
export const soundDefinition = definition(
  uniqueArray(oneof(plainId, oddId), { minLength: 1, maxLength: 6 }).chain((ids) => tuple(...ids.map((id, i) => record({
    step: step(fc.constant(id)), action: known(constantFrom('run', 'check')), undo: text, before: fc.subarray(ids.slice(0, i)), plain: fc.boolean(),
  }).map(({ step, action, undo, before, plain }) => ({ ...step, action_id: action, undo_api: undo, depends_on: plain ? undefined : before })))),
  ),
);

/** The structure is right; ids, prefixes, undos and dependencies need not be. */
export const structuredDefinition = definition(oneof(
  { weight: 20, arbitrary: array(step(stepId), { minLength: 1, maxLength: 7 }) },
  { weight: 2, arbitrary: array(step(plainId), { minLength: 6, maxLength: 20 }) },
  { weight: 1, arbitrary: longDependencies() },
)).chain(shuffled);

/** More than 15 dependencies: uniqueItems takes another way there. */
function longDependencies() {
  return tuple(step(plainId), integer({ min: 16, max: 24 })).map(([first, count]) => {
    const ids = Array.from({ length: count }, (_, i) => `s${i}`);
    return [{ ...first, depends_on: ids }, ...ids.map((id) => ({ ...first, id, depends_on: undefined }))];
  });
}

const nested = (depth) => new Literal('['.repeat(depth) + ']'.repeat(depth));
const nastyValue = oneof(
  constantFrom(null, true, false, '', ' ', 'x', '\u0000', '1', '[]', 'null'),
  number(
    '0', '1', '-1', '0.5', '1.5', '10.5', '11', '86401', '86400.5', '-0', '-0.0', '1e2', '1.0', '1e300', '1e-300', '1e-400', '-1e308', '9007199254740993',
    '18446744073709551616', '-9223372036854775809', '123456789012345678901234567890', '0.99999999999999999999', '1e0', '100e-2', '86400.0000000000000001', '1e19',
  ),
  constantFrom(new Members([]), members({ id: 'a' }), new Members([['__proto__', null]]), members({ length: 1 }), members({ '': [] })),
  constantFrom([], [null], ['a', 'a'], ['a', null, 'a'], [[]], [1, true], [new Literal('1'), new Literal('1.0')], [0, false, ''], ['']),
  constantFrom(nested(8), nested(40), nested(90)),
  plainId,
  text,
  fc.json().map((json) => new Literal(json)),
);
/** Wrong in the way that its key invites. */
const almost = {
  name: constantFrom(''),
  id: constantFrom(''),
  timeout: number('0', '-1', '86401', '0.5', '86400.5', '1e300', '-0.0', '1e-400', '123456789012345678901234567890'),
  retries: number('-1', '11', '10.5', '-1e-1', '1E2', '9007199254740993'),
  depends_on: array(oneof(plainId, constantFrom('', 'a', 'a')), { minLength: 2, maxLength: 24 }),
  steps: constantFrom([], [[]], new Members([])),
};
almost.session_id = almost.action_id = almost.agent = almost.name;

const nastyKey = oneof(
  constantFrom(...STEP_KEYS, ...ROOT_KEYS),
  constantFrom('fan_outs', 'ID', 'timeOut', 'dependsOn', 'depends_on ', '', '0', 'constructor', 'é', '🚀', '\uffff', '\u0000', 'a.b', 'a/b', 'a~b'),
  constantFrom('__proto__'),
  text,
);

const mutation = record({
  where: nat(),
  value: nastyValue,
  key: nastyKey,
  almost: record(almost),
  kind: constantFrom('almost', 'almost', 'replace', 'replace', 'remove', 'remove', 'grow', 'grow', 'repeat', 'pad', 'rename'),
  count: integer({ min: 14, max: 40 }),
});

function mutate(root, { where, kind, value, almost, key, count }) {
  const fitting = places(root).filter((place) => kind !== 'almost' || Object.hasOwn(almost, place.nearestKey));
  const all = fitting.length > 0 ? fitting : places(root);
  const { node, rebuild, nearestKey } = all[where % all.length];
  if (kind === 'almost') return rebuild(Object.hasOwn(almost, nearestKey) ? almost[nearestKey] : value);
  if (kind === 'replace') return rebuild(value);
  if (kind === 'remove') return rebuild(undefined) ?? value;
  if (node instanceof Members) {
    const chosen = node.entries[where % Math.max(1, node.entries.length)];
    if (kind === 'grow') return rebuild(node.with(key, value));
    if (chosen && kind === 'repeat') return rebuild(node.with(chosen[0], value));
    if (chosen && kind === 'rename') return rebuild(new Members(node.entries.map((entry) => (entry === chosen ? [key, entry[1]] : entry))));
  } else if (Array.isArray(node)) {
    if (kind === 'repeat') return rebuild([...node, ...node]);
    if (kind === 'pad') return rebuild([...node, ...Array.from({ length: count }, (_, i) => (where % 2 ? value : `pad${i}`))]);
    return rebuild([...node, value]);
  }
  return rebuild(value);
}

const brokenDefinition = tuple(oneof(soundDefinition, structuredDefinition), array(mutation, { minLength: 1, maxLength: 4 }))
  .map(([root, mutations]) => mutations.reduce(mutate, root));

/** Each known key with any value at all. */
const rubbish = oneof(
  nastyValue,
  uniqueArray(tuple(nastyKey, nastyValue), { selector: ([key]) => key, maxLength: 5 }).map((entries) => new Members(entries)),
  array(uniqueArray(tuple(constantFrom(...STEP_KEYS), nastyValue), { selector: ([key]) => key }).map((entries) => new Members(entries)), { maxLength: 3 })
    .map((steps) => members({ name: 'n', session_id: 's', steps })),
);

const asText = (arbitrary) => tuple(arbitrary, constantFrom(...Object.values(LAYOUTS))).map(([node, layout]) => toText(node, layout));

export const soundText = asText(soundDefinition);
export const documentText = asText(oneof(
  { weight: 10, arbitrary: soundDefinition },
  { weight: 50, arbitrary: structuredDefinition },
  { weight: 32, arbitrary: brokenDefinition },
  { weight: 8, arbitrary: rubbish },
));
