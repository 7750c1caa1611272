const encoder = new TextEncoder();

/**
 * Writes `text` as UTF-8, as much as `target` holds, and says how many bytes that was.
 * A lone surrogate is written as if it were a character (WTF-8): the encoder of the platform
 * would hide it behind U+FFFD, and the core could not point at it.
 */
export function encodeInto(text: string, target: Uint8Array): number {
  return isWellFormed(text) ? encoder.encodeInto(text, target).written : encodeWtf8(text, target);
}

function isWellFormed(text: string): boolean {
  // Node 20 and browsers of 2023 have the method.
  return typeof text.isWellFormed === 'function' ? text.isWellFormed() : !/\p{Surrogate}/u.test(text);
}

function encodeWtf8(text: string, target: Uint8Array): number {
  let written = 0;
  let start = 0;
  // Between the lone surrogates lies ordinary text.
  for (const { 0: lone, index } of text.matchAll(/\p{Surrogate}/gu)) {
    written += encoder.encodeInto(text.slice(start, index), target.subarray(written)).written;
    if (written + 3 > target.length) return written;
    const unit = lone.charCodeAt(0);
    target[written++] = 0xe0 | (unit >> 12);
    target[written++] = 0x80 | ((unit >> 6) & 0x3f);
    target[written++] = 0x80 | (unit & 0x3f);
    start = index + 1;
  }
  return written + encoder.encodeInto(text.slice(start), target.subarray(written)).written;
}
