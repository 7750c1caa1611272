import type { ActionError } from './actions.js';

const EXCERPT_BYTES = 1_000;
const EXCERPT_CHARACTERS = 300;

/** A body of so many bytes at most, as text; a longer one is not read to its end. */
export async function bodyText(response: Response, maxBytes: number, unusable: (why: string, cause?: unknown) => ActionError): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let size = 0;
  let text = '';
  // What is read is text only once all of it was decoded.
  const decoded = (bytes?: Uint8Array) => {
    try {
      return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
    } catch (cause) {
      throw unusable('the body is not UTF-8', cause);
    }
  };
  for await (const bytes of chunks(response)) {
    size += bytes.byteLength;
    if (size > maxBytes) throw unusable(`the body has more than ${maxBytes} bytes`);
    text += decoded(bytes);
  }
  return text + decoded();
}

/** The beginning of what an error says, whatever becomes of the rest. */
export async function excerpt(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let size = 0;
  let text = '';
  try {
    for await (const bytes of chunks(response)) {
      text += decoder.decode(bytes.subarray(0, EXCERPT_BYTES - size), { stream: true });
      size += bytes.byteLength;
      if (size >= EXCERPT_BYTES) break;
    }
  } catch {
    // The status has said enough.
  }
  const [...characters] = text.trim();
  return characters.length > 0 ? `: ${characters.slice(0, EXCERPT_CHARACTERS).join('')}` : '';
}

/** The body piece by piece; who stops early ends the download. */
async function* chunks({ body }: Response): AsyncGenerator<Uint8Array, void, void> {
  const reader = body?.getReader();
  if (!reader) return;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    // Of one that has ended or failed there is nothing to cancel.
    reader.cancel().catch(() => {});
  }
}
