import { base64 } from './inlined.js';
import { compile, provide } from './module.js';

provide(() => compile(decode(base64)));

// Both of what may be there decode in a millisecond, which a loop takes fifteen for.
function decode(text: string): Uint8Array<ArrayBuffer> {
  const { Buffer } = globalThis as { Buffer?: { from(text: string, encoding: 'base64'): Uint8Array<ArrayBuffer> } };
  if ('fromBase64' in Uint8Array) return (Uint8Array as Base64).fromBase64(text);
  if (Buffer) return Buffer.from(text, 'base64');
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

interface Base64 {
  fromBase64(text: string): Uint8Array<ArrayBuffer>;
}

export * from './api.js';
