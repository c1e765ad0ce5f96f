/** Decodes a chunk in Prometheus' XOR encoding, bit by bit as its description says. */
export function decodeXor(bytes: Uint8Array): [atMs: number, value: number][] {
  let bit = 16;
  const take = (count: number): bigint => {
    let value = 0n;
    for (let i = 0; i < count; i += 1, bit += 1) {
      value = (value << 1n) | BigInt(((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1);
    }
    return value;
  };
  const takeUvarint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = take(8);
      value |= (byte & 0x7fn) << shift;
      if (byte < 0x80n) return value;
    }
  };
  const takeChange = (): bigint => {
    for (const size of [0, 14, 17, 20]) {
      if (take(1) === 1n) continue;
      const value = take(size);
      return size > 0 && value > 1n << BigInt(size - 1) ? value - (1n << BigInt(size)) : value;
    }
    return BigInt.asIntN(64, take(64));
  };

  const samples: [number, number][] = [];
  const count = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
  let at = 0n;
  let distance = 0n;
  let value = 0n;
  let leading = 0;
  let trailing = 0;
  for (let i = 0; i < count; i += 1) {
    if (i === 0) {
      const zigzag = takeUvarint();
      at = (zigzag >> 1n) ^ -(zigzag & 1n);
      value = take(64);
    } else {
      distance = i === 1 ? takeUvarint() : distance + takeChange();
      at += distance;
      if (take(1) === 1n) {
        if (take(1) === 1n) {
          leading = Number(take(5));
          trailing = 64 - leading - (Number(take(6)) || 64);
        }
        value ^= take(64 - leading - trailing) << BigInt(trailing);
      }
    }
    samples.push([Number(at), new Float64Array(BigUint64Array.of(value).buffer)[0] ?? Number.NaN]);
  }
  if (Math.ceil(bit / 8) !== bytes.length) throw new Error(`${bytes.length} bytes, but ${bit} bits`);
  return samples;
}
