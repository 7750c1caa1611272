// `node runtime.mjs SOURCE WORKSPACE [--drifting DID]`: releases a web site by four agents, each a process of its own with a
// standby. The operator at the terminal can stop any of them: `kill DID`. `--drifting` gives you one that deserves it.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { KillSwitch, Saga, parseDefinition, run } from 'sagaward';
import { actions } from './actions.mjs';
import { AgentProcess } from './agent_process.mjs';

const { values: { drifting }, positionals: [source, workspace] } = parseArgs({
  options: { drifting: { type: 'string' } },
  allowPositionals: true,
});
const places = { source, staging: join(workspace, 'staging'), site: join(workspace, 'site') };
const definition = parseDefinition(await readFile(new URL('release.json', import.meta.url)));
const saga = Saga.fromDefinition(definition);
const killSwitch = new KillSwitch();
const agents = new Map();

for (const did of new Set(definition.steps.map(({ agent }) => agent))) {
  const standby = `${did}-standby`;
  for (const name of [did, standby]) {
    const agent = new AgentProcess(...(name === drifting ? ['--drifting'] : []));
    agents.set(name, agent);
    killSwitch.registerAgent(name, agent.termination);
  }
  killSwitch.registerSubstitute(definition.session_id, standby, ({ from_agent }) => from_agent === did);
}

const operator = createInterface({ input: process.stdin });
operator.on('line', async (line) => {
  const [verb, agent_did] = line.trim().split(/\s+/);
  if (verb !== 'kill' || !agents.has(agent_did)) return say(`kill one of: ${[...agents.keys()].join(', ')}`);
  const { terminated, termination, handoffs } = await killSwitch.kill({ agent_did, session_id: definition.session_id, reason: 'manual' });
  say(`${agent_did} is ${terminated ? 'gone' : 'not known to be gone'} (${termination})`);
  for (const { step_id, status, to_agent } of handoffs) say(`  ${step_id}: ${status}${to_agent ? ` to ${to_agent}` : ''}`);
});

const { outcome, error } = await run(saga, {
  killSwitch,
  execute: ({ action_id, agent_did }, { signal }) => agents.get(agent_did).ask({ actionId: action_id, places }, signal),
  // By the runtime itself: undoing must not need the agent, which may be dead.
  compensate: ({ action_id }) => actions[action_id].undo(places),
  onEvent(event) {
    if (event.type === 'attempt_started') {
      const { agent_did } = saga.step(event.step_id);
      say(event.action === 'execute' ? `${event.step_id}: at work is ${agent_did}, process ${agents.get(agent_did).pid}` : `${event.step_id}: is undone`);
    }
    if (event.type === 'step_transitioned') say(`${event.step_id}: ${event.to}`);
  },
});
say(`${definition.name}: ${outcome}${error ? ` (${error})` : ''}`);
operator.close();
for (const agent of agents.values()) agent.release();
process.exitCode = outcome === 'succeeded' ? 0 : 1;

function say(text) {
  process.stdout.write(`${text}\n`);
}
