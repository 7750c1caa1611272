import { SagawardError } from './errors.js';
import { wasmModule } from './module.js';
import * as glue from './sagaward_bg.js';

// The instance that holds every saga, kill switch and limiter. Unlike the validating one it cannot
// be replaced: its objects live in its memory.
let cause: unknown;
let state: 'unloaded' | 'alive' | 'dead' = 'unloaded';

/** Works with the instance that holds state. After a trap nothing in its memory can be trusted. */
export function withState<T>(work: (core: typeof glue) => T): T {
  if (state === 'unloaded') load();
  if (state === 'dead') throw poisoned();
  try {
    return work(glue);
  } catch (thrown) {
    if (thrown instanceof SagawardError) throw thrown;
    state = 'dead';
    cause = thrown;
    // Not even the finalizers of lost objects may enter it again: a trap in one would end the process.
    enter(new Proxy({}, { get: () => () => {} }));
    throw poisoned();
  }
}

/** Gives the memory of an object back; that of a dead instance is gone as a whole. */
export function release(object: { free(): void } | undefined): void {
  if (object && state === 'alive') withState(() => object.free());
}

function poisoned(): SagawardError {
  return new SagawardError('poisoned', `The instance that holds sagas and kill switches broke off, most likely out of memory; restart and recover (${String(cause)}).`, { cause });
}

interface Core extends WebAssembly.Exports {
  __wbindgen_start(): void;
}

function load(): void {
  const instance = new WebAssembly.Instance(wasmModule(), { './sagaward_bg.js': { ...glue } });
  enter(instance.exports);
  (instance.exports as Core).__wbindgen_start();
  state = 'alive';
}

/** Says what the generated glue calls. */
function enter(exports: WebAssembly.Exports): void {
  // The bundler target of the generator writes this one without a type.
  (glue as unknown as { __wbg_set_wasm(exports: WebAssembly.Exports): void }).__wbg_set_wasm(exports);
}
