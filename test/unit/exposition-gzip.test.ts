import { gunzipSync, crc32 as zlibCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { combineCrc32, deflatePiece, inflatePiece, joinGzip } from '../../src/exposition/gzip.js';

const bytes = fc
  .oneof(
    fc.uint8Array({ maxLength: 300 }),
    // Compressible, and longer than the window of deflate.
    fc
      .tuple(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.nat(5000))
      .map(([part, times]) =>
        Uint8Array.from({ length: part.length * times }, (_, i) => part[i % part.length] ?? 0),
      ),
  )
  .map((array) => Buffer.from(array));

test('joined pieces unzip to the concatenation, as one member', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(bytes, { maxLength: 6 }), async (pieces) => {
      const body = joinGzip(await Promise.all(pieces.map(deflatePiece)));
      const whole = Buffer.concat(pieces);
      expect(gunzipSync(body).equals(whole)).toBe(true);
      // A second member would begin with the magic number after the first one's trailer.
      expect(body.readUInt32LE(body.length - 4)).toBe(whole.length);
    }),
  );
});

test('a piece gives back what was compressed', async () => {
  await fc.assert(
    fc.asyncProperty(bytes, async (piece) => {
      expect(inflatePiece(await deflatePiece(piece)).equals(piece)).toBe(true);
    }),
  );
});

test('a piece may be used again and again', async () => {
  const [a, b] = await Promise.all(['first\n', 'second\n'].map((text) => deflatePiece(Buffer.from(text))));
  if (!a || !b) throw new Error('unreachable');
  expect(gunzipSync(joinGzip([a, b])).toString()).toBe('first\nsecond\n');
  expect(gunzipSync(joinGzip([b, a, b])).toString()).toBe('second\nfirst\nsecond\n');
});

test('no pieces are an empty body', () => {
  expect(gunzipSync(joinGzip([]))).toEqual(Buffer.alloc(0));
});

test('the check sum of a whole follows from those of its parts', () => {
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      expect(combineCrc32(zlibCrc32(a), zlibCrc32(b), b.length)).toBe(zlibCrc32(Buffer.concat([a, b])));
    }),
  );
});
