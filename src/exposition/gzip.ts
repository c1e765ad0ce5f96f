import { promisify } from 'node:util';
import { constants, crc32, deflateRaw, inflateRawSync } from 'node:zlib';

/**
 * A piece of a gzip body, compressed once. Pieces are joined into one gzip member without compressing again: deflate
 * blocks can follow each other when each piece ends on a byte with a flush, and the check sum of the whole can be computed
 * from those of the pieces. (Several gzip members in a row would be legal too, but browsers stop after the first.)
 */
export interface DeflatedPiece {
  readonly deflated: Buffer;
  /** CRC-32 of the uncompressed bytes. */
  readonly crc: number;
  readonly length: number;
}

const deflate = promisify<Buffer, { finishFlush: number }, Buffer>(deflateRaw);

const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
/** An empty last block. */
const DEFLATE_END = Buffer.from([0x03, 0x00]);

/** Compresses in the thread pool. */
export async function deflatePiece(bytes: Buffer): Promise<DeflatedPiece> {
  const deflated = await deflate(bytes, { finishFlush: constants.Z_FULL_FLUSH });
  return {
    // Copied: zlib's result may be a view of a buffer that is many times larger.
    deflated: Buffer.from(deflated),
    crc: crc32(bytes),
    length: bytes.length,
  };
}

/** The uncompressed bytes. */
export function inflatePiece({ deflated, length }: DeflatedPiece): Buffer {
  if (length === 0) return Buffer.alloc(0);
  return inflateRawSync(deflated, { finishFlush: constants.Z_SYNC_FLUSH, chunkSize: Math.max(64, length) });
}

/** Joins pieces into one gzip body. */
export function joinGzip(pieces: readonly DeflatedPiece[]): Buffer {
  let crc = 0;
  let length = 0;
  for (const piece of pieces) {
    crc = combineCrc32(crc, piece.crc, piece.length);
    length += piece.length;
  }
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc, 0);
  trailer.writeUInt32LE(length % 2 ** 32, 4);
  return Buffer.concat([GZIP_HEADER, ...pieces.map((piece) => piece.deflated), DEFLATE_END, trailer]);
}

const POLYNOMIAL = 0xedb88320;

/** CRC-32 of a + b from those of a and b: a's is shifted by b's length, in GF(2)[x] modulo the polynomial. */
export function combineCrc32(crcA: number, crcB: number, lengthB: number): number {
  let factor = 0x80000000; // x^0, bits reversed
  let power = 0x00800000; // x^8: one byte
  for (let bytes = lengthB; bytes > 0; bytes = Math.floor(bytes / 2)) {
    if (bytes % 2 === 1) factor = multiply(factor, power);
    power = multiply(power, power);
  }
  return (multiply(factor, crcA) ^ crcB) >>> 0;
}

function multiply(a: number, b: number): number {
  let product = 0;
  let shifted = b;
  for (let bit = 0x80000000; bit !== 0; bit >>>= 1) {
    if (a & bit) product ^= shifted;
    shifted = shifted & 1 ? (shifted >>> 1) ^ POLYNOMIAL : shifted >>> 1;
  }
  return product >>> 0;
}
