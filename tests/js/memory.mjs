// Work that is repeated leaves nothing behind, neither in JavaScript nor in WebAssembly.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { transformSync } from 'esbuild';

const ROUNDS = 10;

/**
 * Runs rounds of `work` in a process of its own, and compares the memory after each with that after the first.
 * `preparation` and `work` are code, in which the package is `sagaward`; `work` runs `COUNT` times a round, as `i`.
 */
export async function assertFlat(t, { preparation = '', work, count, args = [] }) {
  const script = `
    const memories = new Set();
    const { Instance } = WebAssembly;
    WebAssembly.Instance = function (...given) {
      const instance = new Instance(...given);
      memories.add(new WeakRef(instance.exports.memory));
      return instance;
    };
    const sagaward = await import('sagaward');
    /** Finalizers run some turns after the collection that found their objects. */
    const collect = async () => {
      for (let i = 0; i < 5; i += 1) {
        gc();
        await new Promise(setImmediate);
      }
    };
    ${preparation}
    for (let round = 0; round <= ${ROUNDS}; round += 1) {
      for (let i = 0; i < ${Math.ceil(count / ROUNDS)}; i += 1) { ${work} }
      await collect();
      const { rss, heapUsed: heap } = process.memoryUsage();
      let wasm = 0;
      for (const memory of memories) wasm += memory.deref()?.buffer.byteLength ?? 0;
      console.log(JSON.stringify({ rss, heap, wasm }));
    }`;
  const { code } = transformSync(script, { target: 'es2022', format: 'esm' });
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', '--input-type=module', '--eval', code, ...args]);
  const [warm, ...rounds] = stdout.trim().split('\n').map((line) => JSON.parse(line));
  const mib = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  for (const name of ['rss', 'heap', 'wasm']) t.diagnostic(`${name}: ${[warm, ...rounds].map((round) => mib(round[name])).join(', ')}`);
  assert.equal(rounds.length, ROUNDS);
  for (const { heap, wasm, rss } of rounds) {
    assert.equal(wasm, warm.wasm);
    assert.ok(heap < warm.heap + 2 ** 21, mib(heap));
    assert.ok(rss < warm.rss * 1.5, mib(rss));
  }
}
