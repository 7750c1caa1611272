// The same script on the reference and on sagaward: docs/migrating.md names every difference.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const place = (path) => fileURLToPath(new URL(path, import.meta.url));
const script = readFileSync(place('../../examples/python/usage.py'), 'utf8');
const page = readFileSync(place('../../docs/migrating.md'), 'utf8');

const ours = /from sagaward import \([^)]*\)\n/;
const reference = `from hypervisor.models import ExecutionRing
from hypervisor.saga.schema import SagaSchemaError, SagaSchemaValidator
from hypervisor.saga.state_machine import Saga, SagaState, SagaStateError, SagaStep, StepState
from hypervisor.security.kill_switch import KillReason, KillSwitch
from hypervisor.security.rate_limiter import AgentRateLimiter, RateLimitExceeded
`;

/** What a script prints, by the names of the lines. */
function printed(text) {
  const env = {
    ...process.env,
    SAGAWARD_COMPONENT: fileURLToPath(import.meta.resolve('sagaward/component.wasm')),
    PYTHONPATH: place('../../examples/python'),
  };
  const { stdout, stderr, status } = spawnSync(process.env.SAGAWARD_PYTHON, ['-'], { input: text, env, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return new Map(stdout.trimEnd().split('\n').map((line) => line.split(/: (.*)/, 2)));
}

test('every difference of the output is named, and no other', () => {
  assert.match(script, ours);
  const [theirs, own] = [script.replace(ours, reference), script].map(printed);
  assert.deepEqual([...own.keys()], [...theirs.keys()]);
  assert.ok(page.includes(`prints ${own.size} named lines`));
  const differences = [...own].filter(([name, value]) => theirs.get(name) !== value);
  const rows = page.matchAll(/^\| ([^|`]+) \| `([^`]*)` \| `([^`]*)` \| [^|]+ \|$/gm);
  const named = [...rows].map(([, ...cells]) => cells);
  assert.deepEqual(named, differences.map(([name, value]) => [name, theirs.get(name), value]));
});

test('the example of docs/component.md runs', () => {
  const [, example] = readFileSync(place('../../docs/component.md'), 'utf8').match(/```py\n([^]*?)```/);
  printed(`${example}print('it: ran')`);
});
