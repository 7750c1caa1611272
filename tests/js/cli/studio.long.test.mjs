// A journal of 100 MB, as one saga and as thousands: the server's memory does not grow with it.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { Saga } from 'sagaward';
import { FileJournal } from 'sagaward/node';
import { directory } from './child.mjs';
import { step } from './sagas.mjs';
import { Heard, studio } from './studio.mjs';

const MB = 1e6;
const keyOf = (id) => createHash('sha256').update(id).digest('hex');

/** Of a process, in MB: what it holds now, and what it held at most. */
function memory({ child: { pid } }) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const of = (name) => (Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)[1]) * 1_024) / MB;
  return { now: of('VmRSS'), peak: of('VmHWM') };
}

/** How many bytes a process has read from files and sockets, in MB. */
function readBy({ child: { pid } }) {
  return Number(/rchar: (\d+)/.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))[1]) / MB;
}

/** Asks for a stream and never reads it. */
function deaf(t, { port, host, token }, path) {
  const socket = connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  socket.pause().write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\n\r\n`);
}

/** Keeps a saga of so many committed steps, each with a result of this length; it has not ended. */
async function fill(journal, id, count, length) {
  const saga = Saga.fromDefinition({ name: 'work', session_id: 's', steps: Array.from({ length: count }, (_, at) => step(`s${at}`)) }, { saga_id: id });
  let kept = 0;
  const keep = async () => {
    await journal.append(id, saga.log(kept + 1), kept);
    kept = saga.seq;
  };
  await keep();
  for (let at = 0; at < count - 1; at += 1) {
    saga.transitionStep(`s${at}`, 'executing');
    saga.transitionStep(`s${at}`, 'committed', { result: 'x'.repeat(length) });
    await keep();
  }
  return saga;
}

const shapes = {
  'one saga of 100 MB': async (journal) => {
    return { count: 1, last: await fill(journal, 'saga 0', 500, 200_000) };
  },
  '5,000 sagas of 20 KB': async (journal) => {
    for (let at = 1; at < 5_000; at += 1) (await fill(journal, `saga ${at}`, 6, 4_000)).free();
    return { count: 5_000, last: await fill(journal, 'saga 0', 6, 4_000) };
  },
};

for (const [shape, make] of Object.entries(shapes)) {
  test(`${shape}: listed and followed in bounded memory`, async (t) => {
    const cwd = directory(t);
    const folder = join(cwd, 'journal');
    mkdirSync(folder);
    const small = memory(await studio(t, cwd, ['--journal', 'journal'])).peak;
    const journal = new FileJournal(folder, { fsync: false });
    const { count, last } = await make(journal);

    const begun = performance.now();
    const server = await studio(t, cwd, ['--journal', 'journal']);
    const list = await Heard.at(t, server, '/live/sagas');
    await list.until(({ type }) => type === 'complete');
    const read = performance.now() - begun;
    assert.equal(new Set(list.rows.map(({ key }) => key)).size, count);
    const listed = memory(server);

    const path = `/live/sagas/${keyOf('saga 0')}`;
    for (let at = 0; at < 10; at += 1) {
      deaf(t, server, path);
      deaf(t, server, '/live/sagas');
    }
    const looking = await Promise.all(Array.from({ length: 4 }, () => Heard.at(t, server, path)));
    for (const one of looking) await one.until(({ type }) => type === 'now');
    const followed = memory(server);

    const before = readBy(server);
    await journal.append('saga 0', [{ seq: last.seq + 1, at: new Date().toISOString(), type: 'saga_transitioned', to: 'failed' }], last.seq);
    await list.row(({ key, outcome }) => key === keyOf('saga 0') && outcome === 'failed');
    for (const one of looking) await one.until(({ type }) => type === 'now');
    const again = readBy(server) - before;

    t.diagnostic(`read in ${(read / 1_000).toFixed(1)} s; MB at most: empty ${small.toFixed(0)}, listed ${listed.peak.toFixed(0)}, followed by four, and by twenty who do not read, ${followed.peak.toFixed(0)}; MB read for one more event: ${again.toFixed(2)}`);
    assert.ok(listed.peak < small + 100, `${listed.peak} MB`);
    assert.ok(followed.peak < small + 300, `${followed.peak} MB`);
    assert.ok(again < 1, `${again} MB`);
  });
}
