import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Saga } from 'sagaward';
import { FileJournal } from 'sagaward/node';
import { all } from './sagas.mjs';
import { shape } from './soak_sagas.mjs';

/** Lives of a process: most end amid its sagas, some before it has read them. */
const MOST_MS = 150;
const EARLY = 0.1;

/** Kills the process that runs sagas so many times, lets the last one end them, and gives an account. */
export async function soak(kills) {
  const folder = mkdtempSync(join(tmpdir(), 'soak-'));
  const effects = join(folder, 'effects');
  const worker = (begins) => fork(fileURLToPath(new URL('./soak_worker.mjs', import.meta.url)), [join(folder, 'journal'), effects, begins], { stdio: 'inherit' });
  try {
    for (let i = 0; i < kills; i += 1) {
      const child = worker('begin');
      const exit = once(child, 'exit');
      if (Math.random() > EARLY) await Promise.race([once(child, 'message'), exit]);
      await Promise.race([delay(Math.random() * MOST_MS), exit]);
      child.kill('SIGKILL');
      assert.deepEqual(await exit, [null, 'SIGKILL'], 'it ends by the kill alone');
    }
    assert.deepEqual(await once(worker('end'), 'exit'), [0, null]);
    return await account(new FileJournal(join(folder, 'journal')), readFileSync(effects, 'utf8').trim().split('\n').map((line) => JSON.parse(line)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Holds what happened against the journal. */
async function account(journal, lines) {
  const told = grouped(lines);
  const sum = { sagas: 0, outcomes: {}, effects: 0, undos: 0, lost: 0, doubted: 0, repeated: 0 };
  for await (const sagaId of journal.list()) {
    const events = await all(journal.read(sagaId));
    const saga = Saga.replay(events);
    const facts = shape(sagaId).isCompacted ? undefined : events;
    const counts = audit(sagaId, saga, facts, told.get(sagaId) ?? []);
    sum.sagas += 1;
    sum.outcomes[saga.outcome] = (sum.outcomes[saga.outcome] ?? 0) + 1;
    for (const [name, count] of Object.entries(counts)) sum[name] += count;
    saga.free();
  }
  return sum;
}

function audit(sagaId, saga, facts, lines) {
  assert.ok(saga.outcome, `${sagaId} has ended`);
  const { failing, doomed, substitute, parallel } = shape(sagaId);
  if (failing) assert.equal(saga.outcome, 'rolled_back', sagaId);
  else if (!doomed) assert.equal(saga.outcome, 'succeeded', sagaId);
  else assert.ok(substitute && ['succeeded', 'rolled_back'].includes(saga.outcome), sagaId);
  const effects = lines.filter(({ what }) => what === 'execute');
  const undos = lines.filter(({ what }) => what === 'undo');

  // One key for each step and way, so that who keeps keys has each effect once.
  const keys = new Map();
  for (const { what, step_id, key } of lines) {
    const work = `${what === 'undo' ? 'undo' : 'execute'} ${step_id}`;
    assert.equal(keys.get(work) ?? key, key, `${sagaId}: ${work}`);
    keys.set(work, key);
  }
  assert.equal(new Set(keys.values()).size, keys.size);

  // All that had an effect, and nothing else, is done in the end or undone; behind an undo nothing of that step happens.
  const did = new Set(effects.map(({ step_id }) => step_id));
  const undone = [...new Set(undos.map(({ step_id }) => step_id))];
  if (saga.outcome === 'succeeded') assert.deepEqual([did.size, undone], [20, []], sagaId);
  else for (const step_id of did) assert.ok(undone.includes(step_id), `${sagaId}: ${step_id} is undone`);
  for (const step_id of undone) assert.ok(lines.findLastIndex((line) => line.step_id === step_id && line.what !== 'undo') < lines.findIndex((line) => line.step_id === step_id && line.what === 'undo'), `${sagaId}: ${step_id} after its undo`);

  // The last first; an undo whose process was killed is done again before the next.
  const order = undos.map(({ step_id }) => step_id).filter((step_id, i, all) => step_id !== all[i - 1]);
  if (!parallel) assert.deepEqual(order, order.toSorted((a, b) => Number(b.slice(1)) - Number(a.slice(1))), sagaId);

  if (!facts) return { effects: did.size, undos: undone.length };
  const commits = facts.filter(({ type, to, step_id }) => step_id && (to === 'committed' || type === 'assumed_committed'));
  assert.deepEqual(order, order.length ? commits.map(({ step_id }) => step_id).toReversed() : [], `${sagaId}: strictly in the reverse order`);

  // Each call was kept before it began, and was made once; none was kept behind the step's commit.
  const attempts = facts.filter(({ type, action }) => type === 'attempt_started' && action === 'execute');
  const began = lines.filter(({ what }) => what === 'execute began').map(({ step_id, attempt }) => `${step_id} ${attempt}`);
  assert.equal(new Set(began).size, began.length, `${sagaId}: an attempt is made once`);
  for (const one of began) assert.ok(attempts.some(({ step_id, attempt }) => `${step_id} ${attempt}` === one), `${sagaId}: ${one} was kept`);
  for (const { step_id, seq } of commits) assert.ok(attempts.every((one) => one.step_id !== step_id || one.seq < seq), `${sagaId}: ${step_id} was executed again`);

  // An effect comes again only where the journal says that an attempt was lost with its process, or its agent killed.
  let repeated = 0;
  const lost = facts.filter(({ type }) => type === 'attempt_lost');
  const moved = facts.filter(({ type }) => type === 'step_handed_off');
  for (const step_id of did) {
    const times = effects.filter((line) => line.step_id === step_id).length;
    const reasons = [...lost, ...moved].filter((fact) => fact.step_id === step_id).length;
    assert.ok(times - 1 <= reasons, `${sagaId}: ${step_id} had its effect ${times} times, ${reasons} of them explained`);
    repeated += times - 1;
  }
  return { effects: did.size, undos: undone.length, lost: lost.length, doubted: facts.filter(({ type }) => type === 'assumed_committed').length, repeated };
}

function grouped(lines) {
  const groups = new Map();
  for (const line of lines) {
    const group = groups.get(line.sagaId);
    if (group) group.push(line);
    else groups.set(line.sagaId, [line]);
  }
  return groups;
}
