// Asks the reference (Python) for its judgement of JSON texts.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('reference.py', import.meta.url));

/** One judgement for each text; their shape is told in reference.py. */
export function judgements(texts) {
  const python = process.env.SAGAWARD_PYTHON;
  if (!python) throw new Error('SAGAWARD_PYTHON must name a Python that has the packages of tests/oracle/requirements.txt; `npm test` sets it.');
  const { status, stdout, stderr, error } = spawnSync(python, [SCRIPT], {
    input: texts.map((text) => `${JSON.stringify(text)}\n`).join(''),
    encoding: 'utf8',
    env: { ...process.env, PYTHONUTF8: '1' },
    maxBuffer: 2 ** 30,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`the reference ended with status ${status}:\n${stderr}`);
  const lines = stdout.trimEnd().split('\n');
  if (lines.length !== texts.length) throw new Error(`${lines.length} judgements of ${texts.length} documents`);
  return lines.map((line) => JSON.parse(line));
}
