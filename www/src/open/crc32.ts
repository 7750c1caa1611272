const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let bits = byte;
  for (let bit = 0; bit < 8; bit += 1) bits = bits & 1 ? (bits >>> 1) ^ 0xed_b8_83_20 : bits >>> 1;
  return bits;
});

/** The checksum of zip, PNG and `zlib.crc32`, in hexadecimal. */
export function crc32(bytes: Uint8Array): string {
  let crc = -1;
  for (const byte of bytes) crc = (TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (~crc >>> 0).toString(16).padStart(8, '0');
}
