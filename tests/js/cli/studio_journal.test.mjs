// What the studio's server tells of a journal that others write, and that it does not touch it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, copyFileSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { createHash } from 'node:crypto';
import { Saga } from 'sagaward';
import { FileJournal } from 'sagaward/node';
import { directory, sagaward } from './child.mjs';
import { actions, saga as definition, step } from './sagas.mjs';
import { Heard, studio } from './studio.mjs';

const keyOf = (id) => createHash('sha256').update(id).digest('hex');
const eventsIn = (heard) => heard.filter(is('events')).flatMap(({ data }) => data);
const is = (type) => (event) => event.type === type;

/** A saga that is moved by hand and kept in the journal. */
class Kept {
  #kept = 0;

  constructor(folder, id, steps = ['a', 'b']) {
    this.folder = folder;
    this.id = id;
    this.key = keyOf(id);
    this.path = join(folder, `${this.key}.jsonl`);
    this.journal = new FileJournal(folder, { fsync: false });
    this.saga = Saga.fromDefinition({ name: 'work', session_id: 's', steps: steps.map((one) => step(one)) }, { saga_id: id });
  }

  async keep() {
    await this.journal.append(this.id, this.saga.log(this.#kept + 1), this.#kept);
    this.#kept = this.saga.seq;
    return this;
  }

  async move(id, ...states) {
    for (const state of states) this.saga.transitionStep(id, state);
    return this.keep();
  }

  /** The bytes of the next append, written beside the journal alone. */
  async next(id, state) {
    const aside = `${this.folder}-aside`;
    const copy = join(aside, basename(this.path));
    mkdirSync(aside);
    copyFileSync(this.path, copy);
    this.saga.transitionStep(id, state);
    await new FileJournal(aside, { fsync: false }).append(this.id, this.saga.log(this.#kept + 1), this.#kept);
    this.#kept = this.saga.seq;
    return readFileSync(copy, 'utf8').slice(readFileSync(this.path, 'utf8').length);
  }
}

/** A studio that shows a journal, and the list that it tells, all of it heard. */
async function shown(t, cwd = directory(t, { 'journal/notes.txt': '' })) {
  const server = await studio(t, cwd, ['--journal', 'journal']);
  const list = await Heard.at(t, server, '/live/sagas');
  await list.until(is('complete'));
  return { cwd, folder: join(cwd, 'journal'), server, list };
}

let looks = 0;

/** Once the server has seen all that was changed by now: files are looked at in the order in which they change. */
async function seen({ folder, list }) {
  const { key } = await new Kept(folder, `look ${(looks += 1)}`).keep();
  await list.row((row) => row.key === key);
}

test('a saga shows up, goes on and ends', async (t) => {
  const { folder, list } = await shown(t);
  const kept = await new Kept(folder, 'release-7').keep();
  const { created_at, updated_at, ...rest } = await list.row(({ key }) => key === kept.key);
  assert.deepEqual(rest, {
    key: kept.key, saga_id: 'release-7', session_id: 's', name: 'work', state: 'running', outcome: null, error: null,
    steps: 2, committed: 0, agents: [], more_agents: 0, waits_for: [{ step_id: 'a', for: 'run' }], waits_for_more: 0,
  });
  assert.equal(created_at, updated_at);

  await kept.move('a', 'executing');
  const working = await list.row(({ agents }) => agents.length > 0);
  assert.deepEqual([working.agents, working.waits_for], [['did:a'], [{ step_id: 'a', for: 'attempt' }]]);

  await kept.move('a', 'committed');
  await kept.move('b', 'executing', 'committed');
  kept.saga.transition('completed');
  await kept.keep();
  const { outcome, committed, agents, waits_for } = await list.row(({ outcome }) => outcome !== null);
  assert.deepEqual([outcome, committed, agents, waits_for], ['succeeded', 2, [], []]);
});

test('the events of one saga are told from the first, and as they are kept', async (t) => {
  const { folder, server } = await shown(t);
  const kept = await new Kept(folder, 'one').move('a', 'executing');
  const heard = await Heard.at(t, server, `/live/sagas/${kept.key}`);
  const [begin, ...first] = await heard.until(is('now'));
  assert.equal(begin.type, 'begin');
  assert.deepEqual(eventsIn(first), JSON.parse(JSON.stringify(kept.saga.log())));
  await kept.move('a', 'committed');
  const second = await heard.until(is('now'));
  assert.deepEqual(second.map(({ type }) => type), ['events', 'now']);
  assert.deepEqual(eventsIn(second).map(({ seq, to }) => [seq, to]), [[3, 'committed']]);
});

test('half of a line is waited for: nothing is wrong, and nothing of it is told', async (t) => {
  const view = await shown(t);
  const { folder, server, list } = view;
  const kept = await new Kept(folder, 'one').keep();
  await list.row(({ key }) => key === kept.key);
  const heard = await Heard.at(t, server, `/live/sagas/${kept.key}`);
  await heard.until(is('now'));
  const line = await kept.next('a', 'executing');
  for (const [from, to] of [[0, 1], [1, line.length >> 1], [line.length >> 1, -1]]) {
    appendFileSync(kept.path, line.slice(from, to));
    await seen(view);
  }
  assert.deepEqual(list.rows.filter((row) => row.key === kept.key && (row.problem !== undefined || row.agents.length > 0)), []);
  appendFileSync(kept.path, '\n');
  await list.row(({ key, agents }) => key === kept.key && agents.length > 0);
  await heard.until(({ type, data }) => type === 'events' && data.at(-1).seq === 2);
  assert.equal(heard.types.includes('unreadable'), false);
});

test('what a dead writer left torn is passed over by the next one, and by who looks on', async (t) => {
  const { folder, server, list } = await shown(t);
  const kept = await new Kept(folder, 'one').keep();
  const line = await kept.next('a', 'executing');
  appendFileSync(kept.path, line.slice(0, 40));
  const next = new FileJournal(folder, { fsync: false });
  await next.append('one', [{ seq: 2, at: new Date().toISOString(), type: 'saga_transitioned', to: 'failed', error: 'gone' }], 1);
  assert.equal((await list.row(({ key, outcome }) => key === kept.key && outcome !== null)).error, 'gone');
  const heard = await Heard.at(t, server, `/live/sagas/${kept.key}`);
  assert.deepEqual(eventsIn(await heard.until(is('now'))).map(({ seq, type }) => [seq, type]), [[1, 'saga_created'], [2, 'saga_transitioned']]);
});

test('a compacted saga goes on in its new file', async (t) => {
  const { folder, server, list } = await shown(t);
  const kept = await new Kept(folder, 'one').move('a', 'executing');
  await list.row(({ key, agents }) => key === kept.key && agents.length > 0);
  const heard = await Heard.at(t, server, `/live/sagas/${kept.key}`);
  await heard.until(is('now'));
  await kept.journal.compact('one', kept.saga.snapshot());
  const anew = await heard.until(({ type, data }) => type === 'events' && data[0].type === 'saga_compacted');
  assert.ok(anew.some(is('begin')));
  await kept.move('a', 'committed');
  assert.deepEqual((await list.row(({ key, committed }) => key === kept.key && committed === 1)).agents, []);
  await heard.until(({ type, data }) => type === 'events' && data.at(-1).seq === 3);
});

test('a saga that is removed is gone, and one that begins anew under its id is another', async (t) => {
  const { folder, server, list } = await shown(t);
  const kept = await new Kept(folder, 'one').move('a', 'executing');
  await list.row(({ key }) => key === kept.key);
  const heard = await Heard.at(t, server, `/live/sagas/${kept.key}`);
  await heard.until(is('now'));
  await kept.journal.remove('one');
  await list.until(({ type, data }) => type === 'sagas' && data.gone.includes(kept.key));
  await heard.until(is('gone'));
  await new Kept(folder, 'one', ['x', 'y', 'z']).keep();
  assert.equal((await list.row(({ key }) => key === kept.key)).steps, 3);
  const anew = await heard.until(is('events'));
  assert.ok(anew.some(is('begin')));
  assert.equal(eventsIn(anew)[0].steps.length, 3);
});

test('a damaged file is a row that says where, harms no other, and is read again once it is mended', async (t) => {
  const view = await shown(t);
  const { folder, server, list } = view;
  const kept = await new Kept(folder, 'one').move('a', 'executing');
  await list.row(({ key, agents }) => key === kept.key && agents.length > 0);
  const heard = await Heard.at(t, server, `/live/sagas/${kept.key}`);
  await heard.until(is('now'));
  const good = readFileSync(kept.path, 'utf8');
  writeFileSync(kept.path, good.replace('"seq":1', '"seq":7'));
  const { problem } = await list.row(({ key, problem }) => key === kept.key && problem !== undefined);
  assert.ok(problem.startsWith(`${kept.path}:1: this is not what was written.`), problem);
  assert.equal((await heard.until(is('unreadable'))).at(-1).data.problem, problem);
  await seen(view);
  writeFileSync(kept.path, good);
  assert.deepEqual((await list.row(({ key, problem }) => key === kept.key && problem === undefined)).agents, ['did:a']);
  await heard.until(is('now'));
});

/** Each puts under the name of a saga's file what is no such file. */
const pretenders = {
  'a link out of the journal': (path, { cwd }) => symlinkSync(join(cwd, 'secret.txt'), path),
  'a link to a file of the journal': (path, { other }) => symlinkSync(other, path),
  'a pipe': (path) => execFileSync('mkfifo', [path]),
  'a directory': (path) => mkdirSync(path),
  'the file of another saga': (path, { other }) => linkSync(other, path),
  'a long line of something else': (path) => writeFileSync(path, `${'x'.repeat(100_000)}\n`),
  'a log that tells what cannot be': (path, { folder }) => new FileJournal(folder).append('one', [{ seq: 1, at: new Date(0).toISOString(), type: 'run_paused' }], 0),
};

for (const [what, put] of Object.entries(pretenders)) {
  test(`${what} is not read: its row says why`, async (t) => {
    const cwd = directory(t, { 'secret.txt': 'root:secret\n' });
    const folder = join(cwd, 'journal');
    const { path: other } = await new Kept(folder, 'other').keep();
    const key = keyOf('one');
    await put(join(folder, `${key}.jsonl`), { cwd, folder, other });
    const { server, list } = await shown(t, cwd);
    assert.deepEqual(list.rows.map((row) => [row.key, row.problem !== undefined]).sort(), [[key, true], [keyOf('other'), false]].sort());
    const { problem } = list.rows.find((row) => row.key === key);
    assert.ok(problem.includes(`${key}.jsonl`) && !problem.includes('secret'), problem);
    const heard = await Heard.at(t, server, `/live/sagas/${key}`);
    await heard.until(({ type }) => type === 'unreadable' || type === 'now');
  });
}

test('a file that is emptied, or cut short, is read from its beginning', async (t) => {
  const { folder, list } = await shown(t);
  const kept = await new Kept(folder, 'one').keep();
  const { size } = statSync(kept.path);
  await kept.move('a', 'executing');
  await list.row(({ key, agents }) => key === kept.key && agents.length > 0);
  truncateSync(kept.path, size);
  await list.row(({ key, agents }) => key === kept.key && agents.length === 0);
  truncateSync(kept.path, 0);
  await list.until(({ type, data }) => type === 'sagas' && data.gone.includes(kept.key));
});

test('where the system tells of no changes, the journal is looked through now and then', async (t) => {
  const { cwd, folder, list } = await shown(t);
  const kept = await new Kept(folder, 'one').keep();
  await list.row(({ key }) => key === kept.key);
  // The system goes on to tell of the directory that was moved away, and of no other.
  renameSync(folder, join(cwd, 'before'));
  mkdirSync(folder);
  const other = await new Kept(folder, 'other').keep();
  await list.row(({ key }) => key === other.key);
  rmSync(folder, { recursive: true });
  await list.until(({ type, data }) => type === 'sagas' && data.gone.includes(other.key));
});

test('the journal is not touched: no byte, no time, no new file', async (t) => {
  const cwd = directory(t);
  const folder = join(cwd, 'journal');
  const torn = await new Kept(folder, 'torn').keep();
  appendFileSync(torn.path, await torn.next('a', 'executing').then((line) => line.slice(0, 30)));
  const moved = await new Kept(folder, 'moved').move('a', 'executing');
  await moved.journal.compact('moved', moved.saga.snapshot());
  const broken = await new Kept(folder, 'broken').keep();
  writeFileSync(broken.path, 'nothing that a journal writes\n');
  writeFileSync(join(folder, 'left-over.next'), '');
  const state = () => readdirSync(folder).sort().map((name) => {
    const { ino, mode, mtimeMs, ctimeMs, size } = statSync(join(folder, name));
    return { name, ino, mode, mtimeMs, ctimeMs, size, content: readFileSync(join(folder, name), 'latin1') };
  });
  const before = state();
  const { server, list } = await shown(t, cwd);
  assert.equal(list.rows.length, 3);
  for (const { key } of list.rows) await (await Heard.at(t, server, `/live/sagas/${key}`)).until(({ type }) => type === 'now' || type === 'unreadable');
  assert.deepEqual(state(), before);
});

test('a run of another process is seen from its first event to its last, and is not disturbed', async (t) => {
  const steps = Array.from({ length: 40 }, (_, at) => step(`s${at}`));
  const cwd = directory(t, { 'journal/notes.txt': '', 'work.json': definition(steps, { saga_id: 'release-7' }), 'well.mjs': actions() });
  const { server, list } = await shown(t, cwd);
  const lookers = Array.from({ length: 5 }, () => Heard.at(t, server, `/live/sagas/${keyOf('release-7')}`));
  const { status, stderr } = await sagaward(t, cwd, ['run', 'work.json', '--actions', 'well.mjs', '--journal', 'journal']).ended;
  assert.deepEqual([status, stderr], [0, '']);
  assert.equal((await list.row(({ outcome }) => outcome !== null)).committed, 40);
  const journal = new FileJournal(join(cwd, 'journal'));
  const kept = [];
  for await (const event of journal.read('release-7')) kept.push(event);
  for (const looker of lookers) {
    const heard = await (await looker).until(({ type, data }) => type === 'events' && data.at(-1).seq === kept.length);
    assert.deepEqual(eventsIn(heard), kept);
  }
});

test('a run whose process is killed stays as it was left', async (t) => {
  const cwd = directory(t, { 'journal/notes.txt': '', 'work.json': definition([step('a'), step('b')], { saga_id: 'lost' }), 'slow.mjs': actions({ hang: ['b'] }), 'well.mjs': actions() });
  const { list } = await shown(t, cwd);
  const child = sagaward(t, cwd, ['run', 'work.json', '--actions', 'slow.mjs', '--journal', 'journal']);
  await list.row(({ waits_for }) => waits_for.some(({ step_id }) => step_id === 'b'));
  child.kill('SIGKILL');
  await child.ended;
  await sagaward(t, cwd, ['recover', 'journal', '--actions', 'well.mjs']).ended;
  assert.equal((await list.row(({ outcome }) => outcome !== null)).outcome, 'succeeded');
});

/** What the row of a step says that its saga waits for, by what its killed agent and the substitute do. */
for (const [who, obeys, answer] of [
  ['substitute', true, 'new Promise(() => {})'],
  ['operator', false, 'true'],
]) {
  test(`after a kill it waits for ${who === 'operator' ? 'an operator while the agent may be at work still' : 'a substitute that has been asked'}`, async (t) => {
    const killer = `
      import { KillSwitch } from '${import.meta.resolve('sagaward')}';
      export const killSwitch = new KillSwitch({ callbackTimeoutMs: 600_000 });
      killSwitch.registerAgent('did:a', new AbortController());
      killSwitch.registerSubstitute('s', 'did:standby', () => ${answer});
      export const execute = (_, { signal }) => {
        setImmediate(() => killSwitch.kill({ agent_did: 'did:a', session_id: 's', reason: 'manual' }));
        return new Promise((_, reject) => ${obeys} && signal.addEventListener('abort', () => reject(new Error('aborted'))));
      };
      export const compensate = () => {};
    `;
    const cwd = directory(t, { 'journal/notes.txt': '', 'work.json': definition([step('a')]), 'killer.mjs': killer });
    const { list } = await shown(t, cwd);
    sagaward(t, cwd, ['run', 'work.json', '--actions', 'killer.mjs', '--journal', 'journal']);
    const { waits_for, agents } = await list.row(({ waits_for }) => waits_for.some((one) => one.for === who));
    assert.deepEqual(waits_for, [{ step_id: 'a', for: who }]);
    assert.deepEqual(agents, obeys ? [] : ['did:a']);
  });
}
