import wasm from 'sagaward/sagaward.wasm?url';
import { init } from 'sagaward/slim';

try {
  // The slim entry with the WebAssembly beside it: a quarter less to load than the default
  // entry, which carries it as text.
  const [module, { start }] = await Promise.all([
    WebAssembly.compileStreaming(fetch(wasm)),
    import('./studio.tsx'),
  ]);
  init(module);
  start();
} catch (error) {
  document.body.textContent = `The studio could not start. Serve it with "npm start" and open it in a current browser. (${String(error)})`;
  throw error;
}
