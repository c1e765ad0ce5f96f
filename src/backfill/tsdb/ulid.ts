const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A block's name: 48 bits of time and 80 random bits, as 26 characters that sort by time. */
export function createUlid(atMs: number, random: Uint8Array): string {
  let number = BigInt(atMs);
  for (const byte of random.subarray(0, 10)) number = (number << 8n) | BigInt(byte);
  let text = '';
  for (let i = 0; i < 26; i += 1) {
    text = (CROCKFORD[Number(number & 31n)] ?? '') + text;
    number >>= 5n;
  }
  return text;
}
