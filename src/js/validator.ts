import { SagawardError } from './errors.js';
import { wasmModule } from './module.js';

/** What the validating instance exports: plain numbers, no generated glue. */
export interface Validator {
  readonly memory: WebAssembly.Memory;
  validation_seed(seed: number): void;
  validation_input(capacity: number): number;
  validation_report(optionsLength: number, documentLength: number, fromText: number): number;
  validation_verdict(optionsLength: number, documentLength: number): number;
  validation_verdict_of_value(optionsLength: number, packedLength: number): number;
  validation_answer_len(): number;
}

const KEPT_MEMORY = 64 * 1024 * 1024;

let kept: Validator | undefined;
/** The memory of the kept instance from its input on: making a view takes longer than judging a short document. */
let view: Uint8Array | undefined;

/** Where to write at most `capacity` bytes; what lies behind them is the instance's own. */
export function inputOf(validator: Validator, capacity: number): Uint8Array {
  const pointer = validator.validation_input(capacity) >>> 0;
  const { buffer } = validator.memory;
  if (view?.buffer !== buffer || view.byteOffset !== pointer) view = new Uint8Array(buffer, pointer);
  return view;
}

/**
 * Works with the validating instance. It holds no state between two documents, so one that
 * trapped is dropped and harms nothing; so is one that a huge document has swollen.
 */
export function withValidator<T>(work: (validator: Validator) => T): T {
  const validator = (kept ??= instantiate());
  try {
    return work(validator);
  } catch (cause) {
    kept = view = undefined;
    const message = `Validation broke off, most likely out of memory; lower limits.maxBytes (${String(cause)}).`;
    throw new SagawardError('trapped', message, { cause });
  } finally {
    if (validator.memory.buffer.byteLength > KEPT_MEMORY) kept = view = undefined;
  }
}

function instantiate(): Validator {
  const module = wasmModule();
  const imports: Record<string, Record<string, () => never>> = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    (imports[from] ??= {})[name] = () => {
      throw new Error(`validation must not call ${name}`);
    };
  }
  // The compiler cannot know the exports; the tests call each of them.
  const validator = new WebAssembly.Instance(module, imports).exports as unknown as Validator;
  // Its hash tables need a seed that no sender of documents knows. Not from `crypto`, which edge
  // runtimes forbid while a module loads.
  validator.validation_seed(Math.random() * 2 ** 32);
  return validator;
}
