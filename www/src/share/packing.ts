/** More is not unpacked: the most that the package judges. */
const MOST_BYTES = 8 * 1024 * 1024;

// With a checksum, which `deflate-raw` has not: a link that was changed must not open as something else.
const FORMAT = 'deflate';

/** A text, compressed, in letters that stand in an address as they are. */
export async function packed(text: string): Promise<string> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream(FORMAT));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const letters = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  return letters.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** The text; throws where it is not whole, or far too long. */
export async function unpacked(letters: string): Promise<string> {
  const bytes = Uint8Array.from(atob(letters.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  let size = 0;
  for await (const piece of piecesOf(new Blob([bytes]).stream().pipeThrough(new DecompressionStream(FORMAT)))) {
    size += piece.length;
    if (size > MOST_BYTES) throw new RangeError('it is too long');
    text += decoder.decode(piece, { stream: true });
  }
  return text + decoder.decode();
}

/** Not every browser can iterate over a stream. */
async function* piecesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}
