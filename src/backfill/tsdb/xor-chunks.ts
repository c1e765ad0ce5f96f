/** As Prometheus itself does. */
const SAMPLES_PER_CHUNK = 120;
/** No window of leading and trailing zeros has been written yet. */
const NO_WINDOW = 0xff;
/** More than one sample can take: 4 + 64 bits of time, 1 + 1 + 5 + 6 + 64 of value. */
const MAX_BYTES_PER_SAMPLE = 20;
/** Count, varint of the first time, first value, uvarint of the first distance. */
const MAX_BYTES_OF_HEAD = 2 + 10 + 8 + 10;

const float = new DataView(new ArrayBuffer(8));

export interface ChunkSpan {
  readonly minMs: number;
  readonly maxMs: number;
  readonly start: number;
  readonly end: number;
  /** The chunk's reference in its file, once it is known. */
  readonly ref: number;
}

/** Numbers for each chunk, in one flat array: a block has a hundred thousand chunks, too many for objects. */
const CHUNK_WIDTH = 5;
const [MIN_MS, MAX_MS, START, END, REF] = [0, 1, 2, 3, 4] as const;

/**
 * The samples of one series in one block, in Prometheus' XOR encoding (Facebook's Gorilla). A sample at the same distance
 * with the same value takes two zero bits, so a run of them only moves the end.
 */
export class XorChunks {
  /** Zero after the end. */
  bytes = new Uint8Array(128);
  samples = 0;

  #chunks = new Float64Array(4 * CHUNK_WIDTH);
  #chunkCount = 0;
  #bit = 0;
  #count = 0;
  #lastMs = 0;
  #distanceMs = 0;
  #high = 0;
  #low = 0;
  #leading = NO_WINDOW;
  #trailing = 0;

  /** Appends `count` samples of one value, `stepMs` apart. Times must ascend from call to call. */
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
    if (this.#count === 0) return;
    const last = this.#chunkCount - 1;
    const start = this.#get(last, START);
    const end = Math.ceil(this.#bit / 8);
    this.#set(last, END, end);
    this.#set(last, MAX_MS, this.#lastMs);
    this.bytes[start] = this.#count >> 8;
    this.bytes[start + 1] = this.#count & 0xff;
    this.#bit = end * 8;
    this.#count = 0;
  }

  /** Empties it for the next block. */
  clear(): void {
    this.bytes.fill(0, 0, Math.ceil(this.#bit / 8));
    this.#chunkCount = 0;
    this.samples = 0;
    this.#bit = 0;
    this.#count = 0;
  }

  get chunkCount(): number {
    return this.#chunkCount;
  }

  chunk(index: number): ChunkSpan {
    const get = (column: number): number => this.#get(index, column);
    return { minMs: get(MIN_MS), maxMs: get(MAX_MS), start: get(START), end: get(END), ref: get(REF) };
  }

  /** Records the chunk's reference in its file. */
  locate(index: number, ref: number): void {
    this.#set(index, REF, ref);
  }

  #get(chunk: number, column: number): number {
    return this.#chunks[chunk * CHUNK_WIDTH + column] ?? 0;
  }

  #set(chunk: number, column: number, value: number): void {
    const index = chunk * CHUNK_WIDTH + column;
    if (index >= this.#chunks.length) {
      const longer = new Float64Array(this.#chunks.length * 2);
      longer.set(this.#chunks);
      this.#chunks = longer;
    }
    this.#chunks[index] = value;
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
    this.#room(MAX_BYTES_PER_SAMPLE);
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
    this.#chunkCount += 1;
    this.#set(this.#chunkCount - 1, MIN_MS, atMs);
    this.#set(this.#chunkCount - 1, START, start);
    this.#room(MAX_BYTES_OF_HEAD);
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

  /** Writes the change of the distance between samples. Within a block it fits 32 bits. */
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

  /** Writes the bits between the window's leading and trailing zeros. */
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

  /** Writes the lower `count` bits, at most 32, the highest first. */
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

/** Prometheus' own range, which is not symmetric. */
function fits(value: number, bits: number): boolean {
  return -(2 ** (bits - 1) - 1) <= value && value <= 2 ** (bits - 1);
}

function trailingZeros(word: number): number {
  return 31 - Math.clz32(word & -word);
}
