// Hand-picked texts at the edges of JSON and of each rule.

const step = (extra = {}) => ({ id: 'a', action_id: 'data.run', agent: 'did:mesh:a', undo_api: '/undo', ...extra });
const definition = (steps, extra = {}) => JSON.stringify({ name: 'n', session_id: 's', steps, ...extra });
const withStep = (members) => `{"name":"n","session_id":"s","steps":[{"id":"a","action_id":"data.run","agent":"a","undo_api":"u",${members}}]}`;
const withMetadata = (json) => `{"name":"n","session_id":"s","steps":[${JSON.stringify(step())}],"metadata":{"x":${json}}}`;
const graph = (edges) => definition(Object.entries(edges).map(([id, depends_on]) => step({ id, depends_on })));

const numbers = [
  '0', '-0', '-0.0', '1', '1.0', '1.50', '10', '10.0', '1e1', '1E+1', '100e-1', '11', '86400', '86400.0', '8.64e4', '86401', '86400.00000000001',
  '86400.000000000001', '1e300', '-1e300', '1e-300', '1e-400', '0.99999999999999999999', '9007199254740993', '18446744073709551615', '18446744073709551616',
  '-9223372036854775808', '-9223372036854775809', `1${'0'.repeat(300)}`, `0.${'0'.repeat(400)}1`, `1${'0'.repeat(400)}e-400`,
];
const notNumbers = ['true', 'false', 'null', '"1"', '[1]', '{}'];
const notJson = [
  '', ' ', '\ufeff{}', '{', '}', '[', '[1,]', '{"a":1,}', "{'a':1}", '{a:1}', '// x\n{}', '{} {}', '{}x', 'nul', 'True', 'NaN', 'Infinity', '-Infinity',
  '01', '+1', '1.', '.5', '1e', '1e400', '-1e400', '[1e999999999]', '"\u0001"', '"\n"', '"\\x"', '"\\u12"', '"\\ud800"', '"\\udc00"', '"\\ud800\\ud800"', '"\\udc00\\ud800"',
  '{"\\ud800":1}', '"\ud800"', '"', '\u0000', '{}\u0000', '\u00a0{}', '\u2028{}',
];
const roots = ['null', 'true', '0', '""', '"{}"', '[]', '{}', '[{}]', '[[]]', '{"steps":{}}', '{"steps":[null,[],{},0,""]}', ' \t\r\n{} \n'];

export const edges = [
  ...notJson,
  ...roots,
  ...[...numbers, ...notNumbers].flatMap((number) => [withStep(`"timeout":${number}`), withStep(`"retries":${number}`)]),
  ...['NaN', '1e400', '"\\ud83d"', '"\\ud83d\\ude80"', '1e308', '{"__proto__":{"x":1}}'].map(withMetadata),
  ...[63, 64, 65, 200].map((levels) => withMetadata('['.repeat(levels - 2) + ']'.repeat(levels - 2))),
  // Given twice, the last one counts.
  '{"name":"","name":"n","session_id":"s","steps":[],"steps":[{"id":"a","action_id":"data.x","agent":"a","undo_api":null,"undo_api":"u"}]}',
  '{"name":"n","session_id":"s","steps":[{"id":"a","action_id":"data.x","agent":"a","undo_api":"u"}],"steps":null}',
  '{"name":"n","session_id":"s","\\u006eame":"","steps":[]}',
  '{"__proto__":{"name":"n"},"constructor":1,"session_id":"s","steps":[{"__proto__":null}]}',
  definition([]),
  definition([step({ 'a.b': 1, '🚀': 1, '\uffff': 1, é: 1, Z: 1, '': 1 })]),
  definition([step()], { '10': 1, '9': 1, b: 1, A: 1 }),
  definition(Array.from({ length: 12 }, () => ({}))),
  definition(['', '\u0000', '__proto__', 'toString', 'a → b', "it's", '🚀'].map((id) => step({ id }))),
  definition(['__proto__', '__proto__', 'constructor', 'constructor'].map((id) => step({ id, depends_on: ['hasOwnProperty'] }))),
  definition(['é', 'e\u0301', 'A', 'a', 'a '].map((id) => step({ id }))),
  ...['model', 'model.', 'Model.x', ' model.x', 'modelx', '.', 'model\u2024x'].map((action_id) => definition([step({ action_id })])),
  ...[undefined, null, '', ' '].map((undo_api) => definition([step({ undo_api })])),
  // uniqueItems takes another way for more than 15 items, and 1, 1.0 and true are numbers or not.
  ...[2, 15, 16, 17, 40].flatMap((count) => {
    const names = Array.from({ length: count }, (_, i) => `s${i}`);
    return [names, [...names, 's0'], [...names, names[count - 1]], [...names, null, null], [...names, ''], [...names, 1, true], [...names, {}, {}]]
      .map((depends_on) => definition([step({ depends_on })]));
  }),
  ...['[1,1.0]', '[1,true]', '[0,false]', '[0,-0.0]', '[1,true,1]', '[{"a":1,"b":2},{"b":2,"a":1}]', '[[1],[true]]', '[[1],[1.0]]', '[null,null]', '["a","a"]', '["a","A"]', '[{},[]]']
    .map((items) => withStep(`"depends_on":${items}`)),
  // Graphs that the reference's search sees rightly, not at all, or too often.
  ...[
    { a: ['a'] }, { a: ['b'], b: ['a'] }, { a: ['b'], b: ['c'], c: ['a'] }, { a: ['b'], b: ['c'], c: ['b'] }, { a: ['b'], b: [], c: ['c'] },
    { a: ['a', 'b'], b: ['b'] }, { a: ['b', 'c'], b: ['a'], c: ['a'] }, { a: ['b'], b: ['a'], c: ['d'], d: ['c'] }, { a: ['b'], b: ['a'], c: ['a'] },
    { a: ['x', 'a'] }, { a: ['b', 'x'], b: ['a', 'y'] }, { c: ['b'], b: ['a'], a: [] }, { a: ['b', 'd'], b: ['c'], c: ['a'], d: ['e'], e: ['d'] },
  ].map(graph),
  definition([step({ depends_on: ['b'] }), step({ id: 'b', depends_on: ['a'] }), step()]),
  definition([step(), step({ id: 'b', depends_on: ['a'] }), step({ depends_on: ['b'] })]),
  definition([step({ depends_on: ['a'] }), step()]),
  definition(Array.from({ length: 400 }, () => ({ id: '', x: 1 }))),
  definition(Array.from({ length: 1200 }, () => step({ undo_api: null }))),
  definition(Array.from({ length: 1200 }, (_, i) => step({ id: `s${i}`, depends_on: i < 1199 ? [`s${i + 1}`] : [] }))),
  definition(Array.from({ length: 1200 }, (_, i) => step({ id: `s${i}`, depends_on: [`s${(i + 1) % 1200}`] }))),
];
