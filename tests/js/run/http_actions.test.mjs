// Steps called over HTTP, against real servers on this machine.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, beforeEach, test } from 'node:test';
import { ActionError, httpActions, MemoryJournal, recover, run, Saga, SagawardError } from 'sagaward';
import { begin, sagaOf, step, turn } from './world.mjs';

/** What the server does with a request; and the requests that came. */
let answer;
let requests;
let elsewhere;
const server = createServer(async (request, response) => {
  const chunks = await request.toArray();
  requests.push({ method: request.method, url: request.url, headers: request.headers, body: JSON.parse(Buffer.concat(chunks)) });
  answer(response, request);
});
const otherServer = createServer((request, response) => {
  elsewhere.push(request.url);
  response.end();
});
let baseUrl;
let otherUrl;

before(async () => {
  for (const one of [server, otherServer]) await once(one.listen(0, '127.0.0.1'), 'listening');
  baseUrl = `http://127.0.0.1:${server.address().port}/api/v1`;
  otherUrl = `http://127.0.0.1:${otherServer.address().port}/`;
});
after(() => [server, otherServer].forEach((one) => (one.closeAllConnections(), one.close())));
beforeEach(() => {
  [answer, requests, elsewhere] = [respond(200, '{}'), [], []];
});

function respond(status, body = '', headers = { 'content-type': 'application/json' }) {
  return (response) => response.writeHead(status, headers).end(body);
}
const views = (...steps) => sagaOf(steps).steps();
const context = (more) => ({ sagaId: 'saga:1', sessionId: 'session-1', attempt: 1, idempotencyKey: 'key', signal: new AbortController().signal, results: {}, ...more });
const [plain] = views(step('a', { execute_api: '/run' }));
/** One call of one step, as a run makes it. */
const call = (options, more) => httpActions({ baseUrl, ...options }).execute(plain, context(more));
const failureOf = async (calling) => {
  const error = await calling.then((result) => assert.fail(`it returned ${JSON.stringify(result)}`), (thrown) => thrown);
  assert.ok(error instanceof ActionError, String(error));
  const { retryable, effect, retryAfterMs, message } = error;
  return { retryable, effect, retryAfterMs, message };
};

// ── what is sent ──

test('a run calls its steps, and undoes them, below the base', async () => {
  answer = (response, { url }) => respond(url.endsWith('/ship') ? 400 : 200, JSON.stringify({ did: url }))(response);
  const steps = [
    step('build', { agent: 'did:mesh:a', action_id: 'deploy.image', execute_api: '/images/build?fast=1', undo_api: 'images/delete' }),
    step('ship', { execute_api: '/ship' }),
  ];
  const saga = sagaOf(steps);
  const { outcome, error } = await run(saga, httpActions({ baseUrl: `${baseUrl}/`, headers: { authorization: 'Bearer secret' } }));
  assert.equal(outcome, 'rolled_back');
  assert.equal(error, `step 'ship' failed: POST /ship answered 400 Bad Request: {"did":"/api/v1/ship"}`);
  const common = { saga_id: 'saga:1', session_id: 'session-1', attempt: 1 };
  const build = { ...common, step_id: 'build', action_id: 'deploy.image', agent_did: 'did:mesh:a', results: {} };
  const result = { did: '/api/v1/images/build?fast=1' };
  assert.deepEqual(requests.map(({ method, url, body }) => [method, url, body]), [
    ['POST', '/api/v1/images/build?fast=1', { action: 'execute', ...build }],
    ['POST', '/api/v1/ship', { action: 'execute', ...common, step_id: 'ship', action_id: 'test.run', agent_did: 'did:ship', results: { build: result } }],
    ['POST', '/api/v1/images/delete', { action: 'compensate', ...build, execute_result: result }],
  ]);
  for (const { headers } of requests) assert.deepEqual([headers['content-type'], headers.accept, headers.authorization], ['application/json', 'application/json', 'Bearer secret']);
  const keys = requests.map(({ headers }) => headers['idempotency-key']);
  assert.equal(new Set(keys).size, 3);
  assert.match(keys[0], /^[\da-f-]{36}$/);
});

test('each attempt has its number, and the key of those before', async () => {
  answer = (response) => respond(requests.length === 1 ? 429 : 200, 'null')(response);
  const { outcome } = await run(sagaOf([step('a', { execute_api: '/run', retries: 1 })]), { ...httpActions({ baseUrl }), retry: { delayMs: 0 } });
  assert.equal(outcome, 'succeeded');
  const [first, second] = requests;
  assert.deepEqual([first.body.attempt, second.body.attempt], [1, 2]);
  assert.equal(first.headers['idempotency-key'], second.headers['idempotency-key']);
});

test('headers of the caller never replace those of this package', async () => {
  await call({ headers: { 'Idempotency-Key': 'mine', 'Content-Type': 'text/plain', 'X-Own': 'yes' } }, { idempotencyKey: 'ours' });
  const { headers } = requests[0];
  assert.deepEqual([headers['idempotency-key'], headers['content-type'], headers['x-own']], ['ours', 'application/json', 'yes']);
});

test('a fetch of the caller is used', async () => {
  const calls = [];
  const own = async (url, { method, redirect }) => (calls.push([url, method, redirect]), Response.json({ own: true }));
  assert.deepEqual(await call({ fetch: own }), { own: true });
  assert.deepEqual([calls, requests], [[[`${baseUrl}/run`, 'POST', 'manual']], []]);
});

// ── what is answered ──

const json = { 'content-type': 'application/json' };

/** status, body, headers: the result */
const results = {
  'JSON': [[200, '{"a": [1, null]}', json], { a: [1, null] }],
  'another 2xx': [[202, '"queued"', json], 'queued'],
  'JSON of a kind, with a charset': [[200, '{"a": 1}', { 'content-type': 'Application/problem+JSON; charset=utf-8' }], { a: 1 }],
  'no content': [[204], null],
  'an empty body': [[200, '', json], null],
  'an empty body of no type': [[200, '', {}], null],
};

for (const [what, [response, result]] of Object.entries(results)) {
  test(`the result is ${what}`, async () => {
    answer = respond(...response);
    assert.deepEqual(await call(), result);
  });
}

/** A 2xx that cannot be used: [status, body, headers, the message] */
const unusable = {
  'text': [200, 'done', { 'content-type': 'text/plain' }, /content type is text\/plain/],
  'no type': [200, '{}', {}, /content type is none/],
  'a type that only begins like JSON': [200, '{}', { 'content-type': 'application/jsonlines' }, /application\/jsonlines/],
  'JSON cut short': [200, '{"a": ', json, /the body is no JSON/],
  'bytes that are not UTF-8': [200, Buffer.from([0x22, 0xff, 0x22]), json, /not UTF-8/],
  'a character cut short': [200, Buffer.from([0x22, 0xf0, 0x9f]), json, /not UTF-8/],
};

for (const [what, [status, body, headers, message]] of Object.entries(unusable)) {
  test(`an answer that cannot be used is final, and in doubt: ${what}`, async () => {
    answer = respond(status, body, headers);
    const failure = await failureOf(call());
    assert.deepEqual([failure.retryable, failure.effect], [false, 'in_doubt']);
    assert.match(failure.message, message);
    assert.match(failure.message, /^POST \/run answered 200 OK: /);
  });
}

/** statuses: [retryable, effect] */
const statuses = [
  [[408, 409, 425, 429], true, 'none'],
  [[500, 501, 502, 503, 504, 599], true, 'in_doubt'],
  [[400, 401, 403, 404, 405, 410, 413, 422, 451], false, 'none'],
  [[300, 301, 302, 303, 304, 307, 308], false, 'in_doubt'],
];

for (const [group, retryable, effect] of statuses) {
  for (const status of group) {
    test(`${status} is ${retryable ? 'retryable' : 'final'}, its effect ${effect}`, async () => {
      answer = respond(status, status === 304 ? '' : 'the reason why');
      const failure = await failureOf(call());
      assert.deepEqual([failure.retryable, failure.effect], [retryable, effect]);
      assert.match(failure.message, new RegExp(`answered ${status}.*: (the reason why|a redirect, which is not followed)$`));
    });
  }
}

test('the text of an error is an excerpt', async () => {
  answer = respond(400, `${'😀'.repeat(200_000)}the end`, { 'content-type': 'text/html' });
  const { message } = await failureOf(call());
  assert.ok(message.length < 1_000);
  assert.match(message, /^POST \/run answered 400 Bad Request: 😀+/u);
  assert.ok(message.isWellFormed() && !message.includes('\ufffd'));
});

/** Retry-After, Date: the wait */
const waits = {
  'seconds': ['120', undefined, 120_000],
  'seconds, none': ['0', undefined, 0],
  'a date, by the clock of the server': ['Wed, 21 Oct 2015 07:28:30 GMT', 'Wed, 21 Oct 2015 07:28:00 GMT', 30_000],
  'a date that is past': ['Wed, 21 Oct 2015 07:28:00 GMT', 'Wed, 21 Oct 2015 07:28:30 GMT', 0],
  'what is neither': ['soon', undefined, undefined],
  'nothing': [undefined, undefined, undefined],
};

for (const [what, [retryAfter, date, wait]] of Object.entries(waits)) {
  test(`Retry-After: ${what}`, async () => {
    answer = respond(503, '', { ...(retryAfter && { 'retry-after': retryAfter }), ...(date && { date }) });
    const { retryAfterMs } = await failureOf(call());
    assert.equal(retryAfterMs, wait);
  });
}

test('a run waits as long as Retry-After asks', async () => {
  answer = (response) => (requests.length === 1 ? respond(429, '', { 'retry-after': '77' })(response) : respond(200, '1')(response));
  const { run, clock, saga } = begin([step('a', { execute_api: '/run', retries: 1 })], httpActions({ baseUrl }));
  while (!saga.log().some(({ type }) => type === 'attempt_failed')) await turn();
  await clock.pass(76_999);
  assert.equal(requests.length, 1);
  await clock.pass(1);
  assert.equal((await run).outcome, 'succeeded');
});

// ── redirects, size, the line ──

for (const status of [301, 302, 303, 307, 308]) {
  test(`a redirect by ${status} is not followed: nothing reaches the other server`, async () => {
    answer = respond(status, '', { location: otherUrl });
    await failureOf(call({ headers: { authorization: 'Bearer secret' } }));
    assert.deepEqual([requests.length, elsewhere], [1, []]);
  });
}

test('a redirect that the host hides is final as well', async () => {
  const hidden = { type: 'opaqueredirect', status: 0, statusText: '', headers: new Headers(), body: null, ok: false };
  const { retryable, effect } = await failureOf(call({ fetch: async () => hidden }));
  assert.deepEqual([retryable, effect], [false, 'in_doubt']);
});

test('a body up to the limit is read, a longer one is not, and its download ends', async () => {
  answer = respond(200, `"${'x'.repeat(98)}"`);
  assert.equal((await call({ maxResponseBytes: 100 })).length, 98);
  const { retryable, effect, message } = await failureOf(call({ maxResponseBytes: 99 }));
  assert.deepEqual([retryable, effect], [false, 'in_doubt']);
  assert.match(message, /more than 99 bytes/);
});

for (const [status, message] of [[200, /more than 1048576 bytes/], [500, /answered 500 .*: xxx/]]) {
  test(`a body without end (${status}) is cancelled`, async () => {
    let closed;
    answer = (response) => {
      closed = once(response, 'close');
      response.writeHead(status, json);
      const more = () => {
        while (response.write('x'.repeat(65_536)));
        response.once('drain', more);
      };
      more();
    };
    assert.match((await failureOf(call())).message, message);
    await closed;
  });
}

test('an answer that does not come is ended by the abort, and in doubt', async () => {
  for (const hang of [() => {}, (response) => response.writeHead(200, json).write('{"a":')]) {
    let arrived;
    const waiting = new Promise((resolve) => (arrived = resolve));
    answer = (response) => (hang(response), arrived());
    const controller = new AbortController();
    const failing = failureOf(call({}, { signal: controller.signal }));
    await waiting;
    controller.abort(new Error('it took too long'));
    const { retryable, effect, message } = await failing;
    assert.deepEqual([retryable, effect], [true, 'in_doubt']);
    assert.match(message, /^POST \/run: no whole answer came: it took too long/);
  }
});

test('an error whose text does not come is that error all the same', async () => {
  answer = (response) => response.writeHead(403).write('you may n');
  const controller = new AbortController();
  // The status has come, the end of the body never will.
  const own = async (...given) => {
    const response = await fetch(...given);
    setImmediate(() => controller.abort());
    return response;
  };
  const { retryable, effect, message } = await failureOf(call({ fetch: own }, { signal: controller.signal }));
  assert.deepEqual([retryable, effect], [false, 'none']);
  assert.match(message, /^POST \/run answered 403 Forbidden/);
});

test('a line that breaks is retryable, and in doubt', async () => {
  for (const breaking of [({ socket }) => socket.resetAndDestroy(), (response) => (response.writeHead(200, { ...json, 'content-length': 100 }).write('{'), response.socket.end())]) {
    answer = breaking;
    const { retryable, effect, message } = await failureOf(call());
    assert.deepEqual([retryable, effect], [true, 'in_doubt']);
    assert.match(message, /no whole answer came/);
  }
});

test('nobody listens: retryable, and in doubt', async () => {
  const gone = createServer();
  await once(gone.listen(0, '127.0.0.1'), 'listening');
  const { port } = gone.address();
  await once(gone.close(), 'close');
  const { retryable, effect, message } = await failureOf(call({ baseUrl: `http://127.0.0.1:${port}` }));
  assert.deepEqual([retryable, effect], [true, 'in_doubt']);
  assert.match(message, /ECONNREFUSED/);
});

test('a fetch that throws what it likes fails the attempt', async () => {
  for (const thrown of [undefined, null, 'text', Object.create(null)]) {
    const { effect } = await failureOf(call({ fetch: () => Promise.reject(thrown) }));
    assert.equal(effect, 'in_doubt');
  }
});

// ── endpoints ──

const foreign = [
  ['//evil.example/x', 'another host'],
  ['https://evil.example/x', 'an absolute URL'],
  ['HTTP:evil.example', 'an absolute URL without slashes'],
  ['javascript:alert(1)', 'another scheme'],
  ['/\\evil.example', 'a backslash'],
  ['\\\\evil.example', 'backslashes'],
  ['..', 'two dots'],
  ['/../admin', 'a way up'],
  ['/a/../../admin', 'a way up, later'],
  ['/a/..', 'a way up, at the end'],
  ['/a/../b', 'a way up that stays below'],
  ['/./a', 'a dot'],
  ['/%2e%2e/admin', 'encoded dots'],
  ['/.%2E/admin', 'one encoded dot'],
  ['/a%2f..%2f..%2fadmin', 'encoded slashes with dots'],
  ['/..%5cadmin', 'an encoded backslash with dots'],
  ['/a\n/b', 'a line break'],
  ['/\t/evil.example', 'a tab'],
  [' /a', 'a blank'],
  ['/a\u0000', 'a NUL'],
  ['user:secret@evil.example/x', 'a user and a password'],
  ['https://user@127.0.0.1/api/v1/x', 'a user'],
];

for (const [endpoint, what] of foreign) {
  test(`an endpoint that leads elsewhere is refused before the first step: ${what}`, () => {
    const saga = sagaOf([step('a', { execute_api: '/fine' }), step('b', { execute_api: endpoint })]);
    const bad = (error) => error instanceof SagawardError && error.code === 'bad_endpoint' && error.message.includes(`step 'b', execute_api: ${JSON.stringify(endpoint)} is foreign`) && !error.message.includes("step 'a'");
    assert.throws(() => run(saga, httpActions({ baseUrl })), bad);
    assert.deepEqual([saga.seq, requests], [1, []]);
  });
}

const below = {
  '/a': '/api/v1/a',
  'a/b': '/api/v1/a/b',
  '/a..b/...': '/api/v1/a..b/...',
  '/jobs:run?to=https://x/../y#f': '/api/v1/jobs:run?to=https://x/../y',
  '/a%2fb': '/api/v1/a%2fb',
  '/@user': '/api/v1/@user',
  '/straße': '/api/v1/stra%C3%9Fe',
};

for (const [endpoint, url] of Object.entries(below)) {
  test(`${endpoint} is below the base`, async () => {
    assert.equal((await run(sagaOf([step('a', { execute_api: endpoint })]), httpActions({ baseUrl }))).outcome, 'succeeded');
    assert.equal(requests[0].url, url);
  });
}

test('all steps that cannot be called are named at once; a step without undo needs none', () => {
  const steps = [
    step('missing'),
    step('both', { execute_api: '..', undo_api: '//evil.example' }),
    step('no undo', { execute_api: '/fine', undo_api: null }),
    step('empty undo', { execute_api: '/fine', undo_api: '' }),
  ];
  const relaxed = { rules: { missing_undo_api: 'off', empty_undo_api: 'off' } };
  const saga = Saga.fromDefinition({ name: 'work', session_id: 's', steps }, relaxed);
  assert.throws(() => httpActions({ baseUrl }).check(saga.steps()), ({ code, message }) => {
    assert.equal(code, 'bad_endpoint');
    assert.deepEqual(message.split('\n').slice(1).map((line) => line.replace(/:.*/, '')), ["  - step 'missing', execute_api", "  - step 'both', execute_api", "  - step 'both', undo_api"]);
    return true;
  });
});

test('a recovery refuses them as well', async () => {
  const journal = new MemoryJournal();
  const { run, clock } = begin([step('a')], { journal, execute: () => new Promise((_, reject) => setImmediate(reject, new Error('stopped'))) });
  await clock.until(run.detach());
  await assert.rejects(recover(journal, 'saga:1', httpActions({ baseUrl })), { code: 'bad_endpoint' });
});

test('a step that was not checked is refused when it is called', async () => {
  const actions = httpActions({ baseUrl });
  const [missing] = views(step('a'));
  const { retryable, effect } = await failureOf(actions.execute(missing, context()));
  assert.deepEqual([retryable, effect, requests], [false, 'none', []]);
});

// ── options ──

/** options: the error */
const wrong = {
  'no options': [undefined, { code: 'bad_argument' }],
  'no baseUrl': [{}, { code: 'bad_argument', message: /baseUrl/ }],
  'a relative baseUrl': [{ baseUrl: '/api' }, { code: 'bad_option', message: /absolute/ }],
  'a baseUrl of another scheme': [{ baseUrl: 'file:///etc' }, { code: 'bad_option', message: /http/ }],
  'a baseUrl with a password': [{ baseUrl: 'https://user:secret@host/' }, { code: 'bad_option', message: /headers/ }],
  'a baseUrl with a query': [{ baseUrl: 'https://host/?a=1' }, { code: 'bad_option', message: /query/ }],
  'headers that cannot be sent': [{ baseUrl: 'https://host', headers: { 'a b': 'c' } }, { code: 'bad_option', message: /headers/ }],
  'a fetch that is none': [{ baseUrl: 'https://host', fetch: 5 }, { code: 'bad_argument', message: /fetch/ }],
  'a limit of 0': [{ baseUrl: 'https://host', maxResponseBytes: 0 }, { code: 'bad_option', message: /maxResponseBytes/ }],
  'a limit that is text': [{ baseUrl: 'https://host', maxResponseBytes: '5' }, { code: 'bad_option', message: /maxResponseBytes/ }],
  'an unknown option': [{ baseUrl: 'https://host', timeout: 5 }, { code: 'bad_option', message: /'timeout'/ }],
};

for (const [what, [options, error]] of Object.entries(wrong)) {
  test(`httpActions refuses ${what}`, () => {
    assert.throws(() => httpActions(options), (thrown) => thrown instanceof SagawardError && thrown.code === error.code && (error.message ?? /./).test(thrown.message));
  });
}
