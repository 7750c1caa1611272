import { SagawardError } from './errors.js';

// All entries share this one module, whichever of them was imported first.
let load: (() => WebAssembly.Module) | undefined;
let loaded: WebAssembly.Module | undefined;

/** Says where the WebAssembly comes from. Nothing is compiled before the first call needs it. */
export function provide(source: () => WebAssembly.Module): void {
  load ??= source;
}

export function wasmModule(): WebAssembly.Module {
  if (loaded) return loaded;
  if (!load) {
    throw new SagawardError('not_initialized', "sagaward/slim brings no WebAssembly: call its init() with 'sagaward/sagaward.wasm' first.");
  }
  return (loaded = load());
}

export function compile(bytes: BufferSource): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes);
  } catch (cause) {
    const help = "a Content-Security-Policy must allow 'wasm-unsafe-eval', and where compiling is forbidden altogether, a compiled module goes to init() of sagaward/slim";
    throw new SagawardError('compile_failed', `The WebAssembly of sagaward did not compile (${help}): ${String(cause)}`, { cause });
  }
}
