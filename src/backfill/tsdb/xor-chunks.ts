/** What Prometheus itself puts into a chunk. */
const SAMPLES_PER_CHUNK = 120;
/** No window of leading and trailing zeros has been written yet. */
const NO_WINDOW = 0xff;
/** More than one sample can take: 4 + 64 bits of time, 1 + 1 + 5 + 6 + 64 of value. */
const MOST_BYTES_PER_SAMPLE = 20;
/** Count, varint of the first time, first value, uvarint of the first distance. */
const MOST_BYTES_OF_HEAD = 2 + 10 + 8 + 10;

const float = new DataView(new ArrayBuffer(8));

export interface ChunkSpan {
  readonly minMs: number;
  maxMs: number;
  readonly start: number;
  end: number;
}

/**
 * One series' samples within one block in Prometheus' XOR encoding (Facebook's Gorilla). A sample that comes at the
 * same distance with the same value is two zero bits: a run of them only moves the end.
 */
export class XorChunks {
  /** Zero behind the end. */
  bytes = new Uint8Array(128);
  readonly chunks: ChunkSpan[] = [];
  samples = 0;

  #bit = 0;
  #count = 0;
  #lastMs = 0;
  #distanceMs = 0;
  #high = 0;
  #low = 0;
  #leading = NO_WINDOW;
  #trailing = 0;

  /** `count` samples of one value, `stepMs` apart. Times ascend from call to call. */
  appendRun(fromMs: number, count: number, stepMs: number, value: number): void {
    float.setFloat64(0, value);
    const high = float.getUint32(0);
    const low = float.getUint32(4);
    this.samples += count;
    let atMs = fromMs;
    for (let left = count; left > 0; ) {
      if (this.#count >= 2 && this.#count < SAMPLES_PER_CHUNK && this.#repeats(atMs, stepMs, high, low)) {
        const repeated = Math.min(left, SAMPLES_PER_CHUNK - this.#count);
        this.#repeat(repeated, stepMs);
        left -= repeated;
        atMs += repeated * stepMs;
        continue;
      }
      this.#append(atMs, high, low);
      left -= 1;
      atMs += stepMs;
    }
  }

  /** Completes the last chunk. */
  finish(): void {
    const chunk = this.chunks.at(-1);
    if (!chunk || this.#count === 0) return;
    chunk.end = Math.ceil(this.#bit / 8);
    chunk.maxMs = this.#lastMs;
    this.bytes[chunk.start] = this.#count >> 8;
    this.bytes[chunk.start + 1] = this.#count & 0xff;
    this.#bit = chunk.end * 8;
    this.#count = 0;
  }

  /** For the next block. */
  clear(): void {
    this.bytes.fill(0, 0, Math.ceil(this.#bit / 8));
    this.chunks.length = 0;
    this.samples = 0;
    this.#bit = 0;
    this.#count = 0;
  }

  #repeats(atMs: number, stepMs: number, high: number, low: number): boolean {
    return (
      this.#distanceMs === stepMs &&
      atMs - this.#lastMs === stepMs &&
      this.#high === high &&
      this.#low === low
    );
  }

  #repeat(count: number, stepMs: number): void {
    this.#room(count);
    this.#bit += 2 * count;
    this.#count += count;
    this.#lastMs += count * stepMs;
  }

  #append(atMs: number, high: number, low: number): void {
    if (this.#count === 0 || this.#count === SAMPLES_PER_CHUNK) {
      this.#begin(atMs, high, low);
      return;
    }
    this.#room(MOST_BYTES_PER_SAMPLE);
    const distanceMs = atMs - this.#lastMs;
    if (this.#count === 1) this.#writeUvarint(distanceMs);
    else this.#writeTime(distanceMs - this.#distanceMs);
    this.#writeValue(high, low);
    this.#distanceMs = distanceMs;
    this.#lastMs = atMs;
    this.#count += 1;
  }

  #begin(atMs: number, high: number, low: number): void {
    this.finish();
    const start = this.#bit / 8;
    this.chunks.push({ minMs: atMs, maxMs: atMs, start, end: start });
    this.#room(MOST_BYTES_OF_HEAD);
    this.#bit += 16;
    this.#writeUvarint(atMs < 0 ? -2 * atMs - 1 : 2 * atMs);
    this.#writeBits(high, 32);
    this.#writeBits(low, 32);
    this.#high = high;
    this.#low = low;
    this.#lastMs = atMs;
    this.#leading = NO_WINDOW;
    this.#count = 1;
  }

  /** How much the distance changed. Within a block that fits 32 bits. */
  #writeTime(changeMs: number): void {
    if (changeMs === 0) this.#writeBits(0, 1);
    else if (fits(changeMs, 14)) this.#writeTagged(0b10, 2, changeMs, 14);
    else if (fits(changeMs, 17)) this.#writeTagged(0b110, 3, changeMs, 17);
    else if (fits(changeMs, 20)) this.#writeTagged(0b1110, 4, changeMs, 20);
    else {
      this.#writeTagged(0b1111, 4, changeMs < 0 ? -1 : 0, 32);
      this.#writeBits(changeMs, 32);
    }
  }

  #writeTagged(tag: number, tagBits: number, value: number, bits: number): void {
    this.#writeBits(tag, tagBits);
    this.#writeBits(value, bits);
  }

  #writeValue(high: number, low: number): void {
    const xorHigh = (high ^ this.#high) >>> 0;
    const xorLow = (low ^ this.#low) >>> 0;
    this.#high = high;
    this.#low = low;
    if (xorHigh === 0 && xorLow === 0) {
      this.#writeBits(0, 1);
      return;
    }
    const leading = Math.min(31, xorHigh === 0 ? 32 : Math.clz32(xorHigh));
    const trailing = xorLow === 0 ? 32 + trailingZeros(xorHigh) : trailingZeros(xorLow);
    if (this.#leading !== NO_WINDOW && leading >= this.#leading && trailing >= this.#trailing) {
      this.#writeBits(0b10, 2);
    } else {
      this.#leading = leading;
      this.#trailing = trailing;
      this.#writeBits(0b11, 2);
      this.#writeBits(leading, 5);
      this.#writeBits(64 - leading - trailing, 6);
    }
    this.#writeSignificant(xorHigh, xorLow);
  }

  /** The bits between the window's leading and trailing zeros. */
  #writeSignificant(high: number, low: number): void {
    const bits = 64 - this.#leading - this.#trailing;
    const lowBits = Math.max(0, 32 - this.#trailing);
    if (bits > lowBits) this.#writeBits(high >>> Math.max(0, this.#trailing - 32), bits - lowBits);
    if (lowBits > 0) this.#writeBits(low >>> this.#trailing, Math.min(bits, lowBits));
  }

  #writeUvarint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#writeBits((rest % 0x80) | 0x80, 8);
      rest = Math.floor(rest / 0x80);
    }
    this.#writeBits(rest, 8);
  }

  /** The lower `count` bits, at most 32, the highest first. */
  #writeBits(value: number, count: number): void {
    for (let left = count; left > 0; ) {
      const index = this.#bit >> 3;
      const free = 8 - (this.#bit & 7);
      const taken = Math.min(free, left);
      const piece = (value >>> (left - taken)) & (0xff >> (8 - taken));
      this.bytes[index] = (this.bytes[index] ?? 0) | (piece << (free - taken));
      this.#bit += taken;
      left -= taken;
    }
  }

  #room(bytes: number): void {
    const wanted = (this.#bit >> 3) + bytes + 1;
    if (wanted <= this.bytes.length) return;
    const longer = new Uint8Array(Math.max(this.bytes.length * 2, wanted));
    longer.set(this.bytes);
    this.bytes = longer;
  }
}

/** Prometheus' own, lopsided range. */
function fits(value: number, bits: number): boolean {
  return -(2 ** (bits - 1) - 1) <= value && value <= 2 ** (bits - 1);
}

function trailingZeros(word: number): number {
  return 31 - Math.clz32(word & -word);
}
