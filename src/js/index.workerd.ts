import module from './sagaward.wasm';
import { provide } from './module.js';

provide(() => module);

export * from './api.js';
