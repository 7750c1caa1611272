// Commands that run while a test looks on.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { command } from './cli.mjs';

const { NO_COLOR, FORCE_COLOR, ...environment } = process.env;

/** A directory with these files, gone after the test. */
export function directory(t, files = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'sagaward-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

export function sagaward(t, cwd, args, { command: own = command, ...options } = {}) {
  return start(t, process.execPath, [own, ...args], { cwd, ...options });
}

/** The same on a terminal of this size. */
export function onTerminal(t, cwd, args, { rows = 24, columns = 100, ...env } = {}) {
  const quoted = [process.execPath, command, ...args].map((word) => `'${word}'`).join(' ');
  const line = `stty rows ${rows} cols ${columns}; exec ${quoted}`;
  return start(t, 'script', ['-qec', line, '/dev/null'], { cwd, env: { TERM: 'xterm', ...env } });
}

function start(t, program, args, { cwd, env } = {}) {
  const child = spawn(program, args, { cwd, env: { ...environment, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  const said = { stdout: '', stderr: '' };
  const waiting = new Set();
  for (const stream of ['stdout', 'stderr']) {
    child[stream].setEncoding('utf8').on('data', (text) => {
      said[stream] += text;
      for (const look of waiting) look();
    });
  }
  const ended = new Promise((resolve) => child.on('close', (status, signal) => resolve({ status, signal, ...said })));
  return {
    said,
    ended,
    pid: child.pid,
    input: child.stdin,
    kill: (signal) => child.kill(signal),
    /** Once it has said this. */
    says(pattern, stream = 'stdout') {
      return new Promise((resolve, reject) => {
        const look = () => {
          const found = pattern.exec(said[stream]);
          if (!found) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
        ended.then(({ status }) => reject(new Error(`it ended (${status}) without ${pattern}:\n${said.stdout}\n${said.stderr}`)));
      });
    },
  };
}
