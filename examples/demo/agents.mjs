// A small HTTP service that plays the agents of trip.yaml. It does each thing once, however often
// it is asked under the same Idempotency-Key: that is all that recovery needs of a service.
import { createServer } from 'node:http';
import { setTimeout as work } from 'node:timers/promises';

const WORK_MS = 250;

export async function startAgents() {
  /** What was asked for: by path, how often. */
  const calls = new Map();
  /** What was done: by path, how often. */
  const effects = new Map();
  const known = new Set();
  /** By path, what else happens when it is asked for: a status to answer, or nothing. */
  const troubles = new Map();
  const count = (counts, path) => counts.set(path, (counts.get(path) ?? 0) + 1);

  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { agent_did } = JSON.parse(Buffer.concat(chunks).toString());
    const { url } = request;
    count(calls, url);
    const status = (await troubles.get(url)?.(agent_did)) ?? 200;
    await work(WORK_MS);
    const key = request.headers['idempotency-key'];
    if (status === 200 && !known.has(key)) {
      known.add(key);
      count(effects, url);
    }
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(status === 200 ? { done: url, by: agent_did } : { error: 'the card was declined' }));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    baseUrl: `http://127.0.0.1:${server.address().port}`,
    troubles,
    calls: (path) => calls.get(path) ?? 0,
    effects: (path) => effects.get(path) ?? 0,
    /** Forgets what was, for the next scene. */
    reset() {
      for (const state of [calls, effects, troubles, known]) state.clear();
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
