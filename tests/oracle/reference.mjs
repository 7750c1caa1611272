// Asks the reference (Python) for its judgement of JSON texts, and for its answers to scenarios.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** One judgement for each text; their shape is told in reference.py. */
export const judgements = (texts) => ask('reference.py', texts);

/** The answers to each scenario; the shape of both is told in scenarios.py. */
export const answers = (scenarios, environment) => ask('scenarios.py', scenarios, environment);

function ask(script, questions, environment) {
  const python = process.env.SAGAWARD_PYTHON;
  if (!python) throw new Error('SAGAWARD_PYTHON must name a Python that has the packages of tests/oracle/requirements.txt; `npm test` sets it.');
  const { status, stdout, stderr, error } = spawnSync(python, [fileURLToPath(new URL(script, import.meta.url))], {
    input: questions.map((question) => `${JSON.stringify(question)}\n`).join(''),
    encoding: 'utf8',
    env: { ...process.env, PYTHONUTF8: '1', ...environment },
    maxBuffer: 2 ** 30,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`the reference ended with status ${status}:\n${stderr}`);
  const lines = stdout.trimEnd().split('\n');
  if (lines.length !== questions.length) throw new Error(`${lines.length} answers to ${questions.length} questions`);
  return lines.map((line) => JSON.parse(line));
}
