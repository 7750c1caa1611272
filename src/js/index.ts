import { base64 } from './inlined.js';
import { compile, provide } from './module.js';

provide(() => compile(decode(base64)));

function decode(text: string): Uint8Array<ArrayBuffer> {
  if ('fromBase64' in Uint8Array) return (Uint8Array as Base64).fromBase64(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

interface Base64 {
  fromBase64(text: string): Uint8Array<ArrayBuffer>;
}

export * from './api.js';
