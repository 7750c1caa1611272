// Node gives the answers of the cases, through the component that jco has made a module of.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transpile } from '@bytecodealliance/jco-transpile';
import { cases, outcome, renamed } from '../js/cases/cases.mjs';
import { fromDocument, merged, toDocument, withCase } from './documents.mjs';

const folder = mkdtempSync(join(tmpdir(), 'sagaward-jco-'));
after(() => rmSync(folder, { recursive: true }));
const { files } = await transpile(fileURLToPath(import.meta.resolve('sagaward/component.wasm')), { name: 'sagaward', outDir: folder });
for (const [name, content] of Object.entries(files)) {
  mkdirSync(dirname(name), { recursive: true });
  writeFileSync(name, content);
}
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
const { validation, lifecycle, killing, limiting } = await import(pathToFileURL(join(folder, 'sagaward.js')).href);

/** Calls; an error of the component as the cases have it. */
function asked(work) {
  const known = ({ code, details }) => code !== undefined && details !== undefined;
  const told = () => {
    try {
      return work();
    } catch (error) {
      if (!known(error)) throw error;
      throw { ...error, message: error.message, code: toDocument(error.code, 'code'), errors: error.code === 'invalid-definition' && JSON.parse(error.details).errors };
    }
  };
  return outcome(told, known);
}

/** Without what says nothing: no value and an empty list are the same as no key. */
function plain(value) {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const parts = Object.entries(value).map(([key, part]) => [key, plain(part)]);
  return Object.fromEntries(parts.filter(([, part]) => part !== null && part !== undefined && !(Array.isArray(part) && part.length === 0)));
}
const same = (found, expected) => assert.deepEqual(plain(found), plain(expected));

/** The component gives places as JSON pointers alone. */
function withoutPaths(value) {
  if (Array.isArray(value)) return value.map(withoutPaths);
  if (typeof value !== 'object' || value === null) return value;
  const { path, ...rest } = value;
  const parts = Object.fromEntries(Object.entries(rest).map(([key, part]) => [key, withoutPaths(part)]));
  if (path) parts.pointer = path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return parts;
}

for (const { name, document, source, options, report, error } of cases('validation')) {
  test(`validation: ${name}`, () => {
    const judge = source === 'text' ? validation.validateText : validation.validateValue;
    const chosen = options && merged(validation.defaultOptions(), options);
    const judged = asked(() => toDocument(judge(document, chosen)));
    same(judged, report ? { answer: withoutPaths(report) } : { error });
    if (!options) assert.equal(validation.isValid(document), report.valid);
  });
}

for (const { name, definition, saga_id, at, created, turns, ready, outcome: ended, snapshot, compacted } of cases('lifecycle')) {
  test(`lifecycle: ${name}`, () => {
    const saga = lifecycle.Saga.fromDefinition(JSON.stringify(definition), saga_id, at);
    same(toDocument(saga.log(1n)), created);
    for (const { commands, events, error, ...told } of turns) {
      const { seq } = saga.view();
      const done = asked(() => play(saga, told));
      same(done, error ? { error } : { answer: commands });
      if (!error) same(toDocument(saga.log(seq + 1n)), events);
    }
    assert.deepEqual(saga.readySteps(), ready);
    assert.equal(toDocument(saga.view()).outcome ?? null, ended);
    same(toDocument(saga.snapshot()), snapshot);
    const restored = lifecycle.Saga.restore(fromDocument(snapshot));
    same(toDocument(restored.snapshot()), snapshot);
    const logs = [saga.log(1n), ...(compacted ? [compacted.map((event) => withCase(event, 'fact'))] : [])];
    for (const log of logs) same(toDocument(lifecycle.Saga.replay(log).snapshot()), snapshot);
  });
}

function play(saga, { input, transition, transition_step, add_step }) {
  if (input) {
    const settings = input.settings && merged(lifecycle.defaultSettings(), input.settings);
    const typed = withCase(input, 'told');
    return toDocument(saga.handle(settings ? { ...typed, told: { ...typed.told, val: { settings } } } : typed));
  }
  if (transition) return void saga.transition(transition.to, transition.error, transition.at);
  if (transition_step) {
    const { step_id, to, result, error, at } = transition_step;
    return void saga.transitionStep(step_id, fromDocument(to, 'to'), fromDocument(result, 'result'), error, at);
  }
  return void saga.addStep(JSON.stringify(add_step.step), add_step.at);
}

for (const { name, options, substitutes, agents, kills, substitutes_left, total_kills, total_handoffs, snapshot } of cases('killing')) {
  test(`killing: ${name}`, () => {
    const killSwitch = killing.KillSwitch.create(merged(killing.defaultOptions(), options));
    for (const { session_id, agent_did, answer } of substitutes) killSwitch.registerSubstitute(session_id, agent_did, answer !== undefined);
    const ends = new Map(agents.map((agent) => [agent.agent_did, agent]));
    const ids = [];
    for (const { request, at, result } of kills) {
      const killId = `kill:${ids.length + 1}`;
      ids.push(killId);
      const already = killSwitch.begin({ inFlightSteps: [], details: '', ...fromDocument(request) }, killId, at);
      const end = ends.get(request.agent_did);
      ends.delete(request.agent_did);
      const ended = already ? 'already-killed' : (end?.termination ?? 'no-handler');
      killSwitch.terminated(killId, ended, end?.error);
      for (;;) {
        const offers = killSwitch.offers(killId);
        if (killSwitch.moves(killId).length === 0 && offers.length === 0) break;
        for (const { index, sessionId, toAgent } of offers) {
          const { answer } = substitutes.find((one) => one.session_id === sessionId && one.agent_did === toAgent);
          killSwitch.answer(killId, index, answer === true, typeof answer === 'string' ? answer : undefined);
        }
      }
      same(toDocument(killSwitch.finish(killId, at + (end && !already ? 7 : 0))), result);
    }
    for (const [session, left] of Object.entries(substitutes_left)) assert.deepEqual(killSwitch.substitutes(session), left);
    assert.deepEqual([killSwitch.totalKills(), killSwitch.totalHandoffs()], [total_kills, total_handoffs]);
    if (!snapshot) return;
    same(renamed(toDocument(killSwitch.snapshot()), ids), snapshot);
    same(toDocument(killing.KillSwitch.restore(fromDocument(snapshot)).snapshot()), snapshot);
  });
}

for (const { name, options: { ringLimits = {}, ...options }, calls, tracked_agents } of cases('limiting')) {
  test(`limiting: ${name}`, () => {
    const rings = Object.fromEntries(Object.entries(ringLimits).map(([ring, limit]) => [`ring${ring}`, limit]));
    const limiter = limiting.RateLimiter.create(merged(limiting.defaultOptions(), { ...options, ...rings }));
    for (const { call, agent_did, session_id, ring, cost, now, returns, error } of calls) {
      const ask = {
        decide: () => limiter.decide(agent_did, session_id, ring, cost, now),
        check: () => limiter.check(agent_did, session_id, ring, cost, now),
        update_ring: () => limiter.updateRing(agent_did, session_id, ring, now),
        stats: () => limiter.stats(agent_did, session_id, now),
      };
      same(asked(() => toDocument(ask[call]())), error ? { error } : { answer: returns });
    }
    assert.equal(limiter.trackedAgents(), tracked_agents);
  });
}
