// A page that watches a journal, and the processes that write it.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Saga } from 'sagaward';
import { FileJournal } from 'sagaward/node';

import { directory, sagaward } from '../../js/cli/child.mjs';
import { saga, step } from '../../js/cli/sagas.mjs';
import { studio } from '../../js/cli/studio.mjs';
import { onFreshPage } from './studio.mjs';

/** A page that shows a journal, whose directory the test may fill. */
export const live = (use, { files = {}, ...options } = {}) => async (t) => {
  const cwd = directory(t, { 'journal/notes.txt': '', ...files });
  const server = await studio(t, cwd, ['--journal', 'journal']);
  await onFreshPage((page) => use(new Looker(page, cwd, server, t)), { at: server.address, ...options })();
};

/** The Live view as a person finds their way in it, beside the processes that it shows. */
class Looker {
  constructor(studio, cwd, server, t) {
    Object.assign(this, { studio, cwd, server, t, page: studio.page, region: studio.live });
    this.folder = join(cwd, 'journal');
    this.list = this.region.getByRole('listbox', { name: 'Sagas' });
    this.connection = this.region.locator('.live-connection');
    this.filter = this.region.getByRole('searchbox', { name: 'Filter sagas' });
  }

  row(name) {
    return this.list.getByRole('option', { name });
  }

  async watch(id) {
    await this.row(id).click();
    await this.studio.lifecycle.getByText(id, { exact: true }).first().waitFor();
  }

  node(id, state) {
    return this.studio.graph.getByRole('option', { name: new RegExp(`^${id}, ${state}`) });
  }

  run(file, ...args) {
    return sagaward(this.t, this.cwd, ['run', file, '--journal', 'journal', ...args]);
  }

  /** A server that answers to a step when it is told to. */
  async gate() {
    const waiting = new Map();
    const of = (path) => {
      if (!waiting.has(path)) {
        const one = {};
        one.opened = new Promise((resolve) => (one.open = resolve));
        waiting.set(path, one);
      }
      return waiting.get(path);
    };
    const server = createServer(async ({ url }, response) => {
      await of(url).opened;
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.t.after(() => server.close());
    return { url: `http://127.0.0.1:${server.address().port}`, open: (path) => of(path).open() };
  }
}

/** Keeps the beginnings of so many sagas, as `work-0` and so on. */
export async function keep(folder, count, from = 0) {
  const journal = new FileJournal(folder, { fsync: false });
  const begin = Date.now() - 3 * 86_400_000;
  const keepOne = async (at) => {
    const one = Saga.fromDefinition({ name: 'work', session_id: 's', steps: [step('build'), step('ship')] }, { saga_id: `work-${at}`, now: () => begin + at * 1_000 });
    if (at % 2 === 0) one.transitionStep('build', 'executing');
    await journal.append(one.sagaId, one.log(), 0);
    one.free();
  };
  const all = Array.from({ length: count }, (_, index) => from + index);
  while (all.length > 0) await Promise.all(all.splice(0, 100).map(keepOne));
}

export const release = (id, ...steps) => saga(steps, { saga_id: id });
export const RELEASE = { 'release.json': release('release-7', step('build'), step('ship')) };

/** A run of another process, watched from its first step to its end. */
export async function watchToTheEnd(looker) {
  const { studio } = looker;
  const gate = await looker.gate();
  const child = looker.run('release.json', '--base-url', gate.url);
  await looker.row(/running release-7 work .*waits for build .*at work: build/).waitFor();
  await looker.watch('release-7');
  await looker.node('build', 'executing').waitFor();
  gate.open('/build');
  await looker.node('build', 'committed').waitFor();
  await looker.node('ship', 'executing').waitFor();
  await looker.row(/waits for ship/).waitFor();
  gate.open('/ship');
  await looker.node('ship', 'committed').waitFor();
  await studio.lifecycle.getByText('outcome: succeeded').waitFor();
  await looker.row(/succeeded release-7/).waitFor();
  assert.equal((await child.ended).status, 0);
  assert.deepEqual((await studio.events()).map((event) => event.replace(/: .*/, '')), [
    '1 saga_created', '2 run_started', '3 attempt_started', '4 step_transitioned', '5 attempt_started', '6 step_transitioned', '7 saga_transitioned',
  ]);
  assert.equal((await studio.diagram('build').locator('[aria-current]').textContent()).trim(), 'committed');
  assert.match(await studio.timeline.locator('.lane').filter({ hasText: 'build' }).textContent(), /attempt 1 from .*, committed/);
}
