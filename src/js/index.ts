import { meant, text } from './inlined.js';
import { compile, provide } from './module.js';

provide(() => compile(decode()));

const SPACE = 0x20;
const PAGE = 95;
const PAGES = 3;

// So many characters go into one call: a function that is called again is compiled sooner than a loop in its midst.
const CHUNK = 1024;

/** How the text writes bytes, says xtask/src/inlined.rs. */
function decode(): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(text);
  const byte = Uint8Array.from(meant);
  let read = 0;
  let written = 0;
  while (read < bytes.length) decodeChunk(Math.min(read + CHUNK, bytes.length));
  return bytes.subarray(0, written);

  function decodeChunk(end: number): void {
    let from = read;
    let to = written;
    while (from < end) {
      let place = bytes[from++]! - SPACE;
      if (place < PAGES - 1) place = PAGE * (place + 1) + bytes[from++]! - SPACE;
      bytes[to++] = byte[place]!;
    }
    read = from;
    written = to;
  }
}

export * from './api.js';
