import { SagawardError } from './errors.js';
import { compile, provide } from './module.js';

export * from './api.js';

/**
 * Gives the package its WebAssembly: the compiled `sagaward/sagaward.wasm`, or its bytes.
 * To be called before anything else; a second call changes nothing.
 */
export function init(moduleOrBytes: WebAssembly.Module | BufferSource): void {
  const module = isModule(moduleOrBytes) ? moduleOrBytes : compile(moduleOrBytes);
  if (!WebAssembly.Module.exports(module).some(({ name }) => name === 'validation_report')) {
    throw new SagawardError('compile_failed', "init() was given other WebAssembly than 'sagaward/sagaward.wasm' of this version.");
  }
  provide(() => module);
}

// A module may come from another realm, where instanceof fails.
function isModule(value: object): value is WebAssembly.Module {
  return Object.prototype.toString.call(value) === '[object WebAssembly.Module]';
}
