import module from './sagaward.wasm?module';
import { provide } from './module.js';

provide(() => module);

export * from './api.js';
