// What the server of the studio gives to whom, asked over sockets of our own: no client tidies the requests up.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, test } from 'node:test';
import { directory, sagaward } from './child.mjs';
import { command } from './cli.mjs';
import { asked, raw, studio } from './studio.mjs';

const pages = join(dirname(command), 'studio');
const KEY = '0'.repeat(64);
const bearer = ({ token }) => ({ Authorization: `Bearer ${token}` });

let server;

// Of all tests of this file; it ends with the last of them.
before(async (t) => {
  const cwd = directory(t, { 'journal/notes.txt': 'root:secret', 'secret.txt': 'root:secret' });
  server = await studio(t, cwd, ['--journal', 'journal']);
});

test('every file of the page is served, and told what it may do', async () => {
  const files = readdirSync(pages, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(pages.length));
  assert.ok(files.includes('/index.html') && files.some((file) => file.endsWith('.js')), files.join());
  const types = { html: 'text/html; charset=utf-8', js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8', svg: 'image/svg+xml', md: 'text/plain; charset=utf-8' };
  for (const file of files) {
    const { status, headers, body } = await asked(server, { path: file === '/index.html' ? '/' : file });
    assert.equal(status, 200, file);
    assert.equal(body, readFileSync(join(pages, file), 'latin1'), file);
    assert.equal(headers['content-type'], types[file.split('.').at(-1)], file);
    for (const [name, value] of Object.entries({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cross-origin-resource-policy': 'same-origin' })) {
      assert.equal(headers[name], value, `${file}: ${name}`);
    }
    assert.match(headers['content-security-policy'], /^default-src 'none'; .*frame-ancestors 'none'$/);
    assert.doesNotMatch(headers['content-security-policy'], /'unsafe-|https?:|\*/);
  }
});

test("the page's WebAssembly is the package's own", async () => {
  assert.deepEqual(readdirSync(pages, { recursive: true }).filter((name) => name.endsWith('.wasm')), []);
  const { status, headers, body } = await asked(server, { path: '/assets/sagaward.wasm' });
  assert.deepEqual([status, headers['content-type']], [200, 'application/wasm']);
  assert.equal(body, readFileSync(join(dirname(command), 'sagaward.wasm'), 'latin1'));
});

test('HEAD is answered as GET is, without content', async () => {
  const { status, headers, body } = await asked(server, { method: 'HEAD' });
  assert.deepEqual([status, headers['content-length'], body], [200, String(readFileSync(join(pages, 'index.html')).length), '']);
  const live = await asked(server, { method: 'HEAD', path: '/live/sagas', headers: bearer(server) });
  assert.deepEqual([live.status, live.headers['content-type'], live.body], [200, 'text/event-stream; charset=utf-8', '']);
});

/** Each: what is asked, by headers that depend on the server, and the answer's status. */
const hosts = [
  ['its address', ({ host }) => ({ Host: host }), 200],
  ['localhost', ({ port }) => ({ Host: `localhost:${port}` }), 200],
  ['a name that was made to mean this machine', ({ port }) => ({ Host: `attacker.example:${port}` }), 403],
  ['a name that begins like it', ({ port }) => ({ Host: `127.0.0.1:${port}.attacker.example` }), 403],
  ['a name that ends like it', ({ port }) => ({ Host: `attacker.localhost:${port}` }), 403],
  ['no port', () => ({ Host: '127.0.0.1' }), 403],
  ['another port', ({ port }) => ({ Host: `127.0.0.1:${port + 1}` }), 403],
  ['another address of this machine', ({ port }) => ({ Host: `127.0.0.2:${port}` }), 403],
  ['its address as a number', ({ port }) => ({ Host: `2130706433:${port}` }), 403],
  ['a user before it', ({ host }) => ({ Host: `a@${host}` }), 403],
  ['two', ({ host }) => ({ Host: [host, 'attacker.example'] }), 403],
  ['two, the right one last', ({ host }) => ({ Host: ['attacker.example', host] }), 403],
  ['none', () => ({ Host: undefined }), 400],
  ['an empty one', () => ({ Host: '' }), 403],
];

const origins = [
  ['its own', ({ host }) => `http://${host}`, 200],
  ['its own, by name', ({ port }) => `http://localhost:${port}`, 200],
  ['another site', () => 'http://attacker.example', 403],
  ['another port', ({ port }) => `http://127.0.0.1:${port + 1}`, 403],
  ['another scheme', ({ host }) => `https://${host}`, 403],
  ['a file or a sandbox', () => 'null', 403],
  ['two', ({ host }) => [`http://${host}`, 'http://attacker.example'], 403],
  ['an empty one', () => '', 403],
];

for (const path of ['/', '/live/sagas']) {
  for (const [name, headers, status] of hosts) {
    test(`${path}, host: ${name}: ${status}`, async () => {
      const method = path === '/' ? 'GET' : 'HEAD';
      assert.equal((await asked(server, { method, path, headers: { ...bearer(server), ...headers(server) } })).status, status);
    });
  }
  for (const [name, origin, status] of origins) {
    test(`${path}, origin: ${name}: ${status}`, async () => {
      const method = path === '/' ? 'GET' : 'HEAD';
      const answer = await asked(server, { method, path, headers: { ...bearer(server), Origin: origin(server) } });
      assert.equal(answer.status, status);
      assert.equal(answer.headers['access-control-allow-origin'], undefined);
    });
  }
}

const tokens = [
  ['none', () => ({}), 403],
  ['the right one', bearer, 200],
  ['another', () => ({ Authorization: `Bearer ${'A'.repeat(43)}` }), 403],
  ['a part of it', ({ token }) => ({ Authorization: `Bearer ${token.slice(0, -1)}` }), 403],
  ['more than it', ({ token }) => ({ Authorization: `Bearer ${token}A` }), 403],
  ['an empty one', () => ({ Authorization: 'Bearer ' }), 403],
  ['without its scheme', ({ token }) => ({ Authorization: token }), 403],
  ['as a password', ({ token }) => ({ Authorization: `Basic ${Buffer.from(`:${token}`).toString('base64')}` }), 403],
  ['as a cookie', ({ token }) => ({ Cookie: `live=${token}` }), 403],
];

for (const path of ['/live/sagas', `/live/sagas/${KEY}`]) {
  for (const [name, headers, status] of tokens) {
    test(`${path.slice(0, 16)}, token: ${name}: ${status}`, async () => {
      assert.equal((await asked(server, { method: 'HEAD', path, headers: headers(server) })).status, status);
    });
  }
  test(`${path.slice(0, 16)}, token in the address: 403`, async () => {
    assert.equal((await asked(server, { method: 'HEAD', path: `${path}?live=${server.token}&token=${server.token}` })).status, 403);
  });
}

for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND']) {
  test(`${method}: 405`, async () => {
    for (const path of ['/', '/live/sagas']) {
      const { status, headers, body } = await asked(server, { method, path, headers: bearer(server) });
      assert.deepEqual([status, headers.allow, body], [405, 'GET, HEAD', 'This server only reads: GET and HEAD.\n']);
    }
  });
}

/** Paths that lead out of the folder of the page, or of the journal, if anybody followed them. */
const paths = [
  '/../package.json', '/../../secret.txt', '/assets/../../package.json', '/./../package.json', '/..', '/../',
  '/%2e%2e/package.json', '/..%2fpackage.json', '/%2e%2e%2fpackage.json', '/.%2e/package.json', '/%252e%252e%252fpackage.json', '/%c0%ae%c0%ae/package.json',
  '/..\\package.json', '/..%5cpackage.json', '/assets\\..\\..\\package.json',
  '/index.html%00', '/index.html%00.js', '/%00', '/etc/passwd', '//etc/passwd', '///etc/passwd', '/%2fetc%2fpasswd', '/file:///etc/passwd', 'file:///etc/passwd',
  'http://attacker.example/', 'http://127.0.0.1/etc/passwd', '*',
  '/assets', '/assets/', '/assets/.', '/index.html/', '/index.html', '/INDEX.HTML', '//', '/.', '/constructor', '/__proto__', '/cli.js', '/package.json', '/journal/notes.txt',
  '/live', '/live/', '/live/sagas/', '/live//sagas', '/live/sagas/notes.txt', '/live/sagas/../sagas', '/live/sagas/..%2f..%2fsecret.txt', '/live/sagas/%2e%2e/secret.txt',
  `/live/sagas/${KEY}.jsonl`, `/live/sagas/${KEY}/`, `/live/sagas/${KEY}/..`, `/live/sagas/../${KEY}`, `/live/sagas/${KEY.slice(1)}`, `/live/sagas/${KEY}%00`, `/live/sagas/${'g'.repeat(64)}`, `/live/sagas/${KEY}\\`,
];

for (const path of paths) {
  test(`${path} is nowhere`, async () => {
    const { status, body } = await asked(server, { path, headers: bearer(server) });
    assert.equal(status, 404);
    assert.equal(body, 'There is no such page.\n');
  });
}

for (const [name, bytes] of [
  ['a NUL in the path', '/index.html\0'],
  ['a line feed in the path', '/\n'],
  ['a carriage return in the path', '/\r'],
  ['a path that begins with no slash', '\\..\\package.json'],
  ['no path', ''],
]) {
  test(`${name}: a bad request`, async () => {
    const { status, body } = await raw(server, `GET ${bytes} HTTP/1.1\r\nHost: ${server.host}\r\nConnection: close\r\n\r\n`);
    assert.equal(status, 400);
    assert.doesNotMatch(body, /root:|<html/);
  });
}

test('it is no proxy', async () => {
  assert.equal((await raw(server, `CONNECT ${server.host} HTTP/1.1\r\nHost: ${server.host}\r\n\r\n`)).body, '');
});

test('a link in the folder of the page that leads out of it is not followed', async (t) => {
  const cwd = directory(t, { 'secret.txt': 'root:secret' });
  cpSync(join(dirname(command), '..'), join(cwd, 'package'), { recursive: true });
  const folder = join(cwd, 'package/dist/studio');
  symlinkSync(join(cwd, 'secret.txt'), join(folder, 'secret.txt'));
  symlinkSync(cwd, join(folder, 'out'));
  mkdirSync(join(folder, 'inner'));
  writeFileSync(join(folder, 'inner/plain.txt'), 'plain');
  const other = await studio(t, cwd, [], { command: join(cwd, 'package/dist/cli.js') });
  assert.equal((await asked(other, { path: '/inner/plain.txt' })).body, 'plain');
  for (const path of ['/secret.txt', '/out/secret.txt']) assert.equal((await asked(other, { path })).status, 404, path);
});

test('it listens on the loopback address alone', () => {
  const sockets = readFileSync('/proc/net/tcp', 'latin1').split('\n').map((line) => line.trim().split(/\s+/)).filter(([, local = '', , state]) => state === '0A' && local.endsWith(`:${server.port.toString(16).toUpperCase().padStart(4, '0')}`));
  assert.deepEqual(sockets.map(([, local]) => local.split(':')[0]), ['0100007F']);
  const sixth = readFileSync('/proc/net/tcp6', 'latin1').split('\n').map((line) => line.trim().split(/\s+/)).filter(([, local = '', , state]) => state === '0A' && local.endsWith(`:${server.port.toString(16).toUpperCase().padStart(4, '0')}`));
  assert.deepEqual(sixth, []);
});

test('without a journal there is the page, and nothing live', async (t) => {
  const alone = await studio(t, directory(t));
  assert.equal(alone.address, `http://127.0.0.1:${alone.port}/`);
  assert.equal((await asked(alone)).status, 200);
  const { status, body } = await asked(alone, { path: '/live/sagas', headers: { Authorization: 'Bearer ' } });
  assert.deepEqual([status, body], [404, 'No journal is shown: start with --journal.\n']);
});

test('each start has a token of its own, long enough', async (t) => {
  const other = await studio(t, directory(t), ['--journal', '.']);
  assert.match(other.token, /^[\w-]{43}$/);
  assert.notEqual(other.token, server.token);
  assert.match(other.child.said.stdout, /^The studio, with \. live \(Ctrl-C ends it\):\nhttp:\/\/127\.0\.0\.1:\d+\/#live=[\w-]{43}\n$/);
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  test(`${signal} ends it, whoever looks on`, async (t) => {
    const other = await studio(t, directory(t), ['--journal', '.']);
    const looking = asked(other, { path: '/live/sagas', headers: bearer(other) });
    const response = await fetch(other.origin);
    await response.text();
    other.child.kill(signal);
    const { status, stderr } = await other.child.ended;
    assert.deepEqual([status, stderr], [0, '']);
    await looking;
    await assert.rejects(fetch(other.origin));
  });
}

/** Each: arguments that cannot be served, and what is said of them. */
const misuses = [
  [['--port', '65536'], /--port is a number up to 65535; not "65536"\nTry/],
  [['--port', 'http'], /--port is a number up to 65535; not "http"\nTry/],
  [['--port=-1'], /--port is a number up to 65535; not "-1"\nTry/],
  [['journal'], /Unexpected argument 'journal'.*\nTry/],
  [['--journal', 'nowhere'], /nowhere: no such directory\n$/],
  [['--journal', 'file.txt'], /file\.txt: is no directory\n$/],
];

for (const [args, message] of misuses) {
  test(`sagaward studio ${args.join(' ')}`, async (t) => {
    const { status, stdout, stderr } = await sagaward(t, directory(t, { 'file.txt': '' }), ['studio', ...args]).ended;
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(stderr, message);
  });
}

test('a port that is taken', async (t) => {
  const { status, stderr } = await sagaward(t, directory(t), ['studio', '--port', String(server.port)]).ended;
  assert.equal(status, 2);
  assert.match(stderr, new RegExp(`^sagaward: cannot serve on port ${server.port}: .*EADDRINUSE`));
});
