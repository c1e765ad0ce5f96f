import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32c, toBinary } from '../../src/backfill/tsdb/bytes.js';
import { createUlid } from '../../src/backfill/tsdb/ulid.js';
import { type ChunkSpan, XorChunks } from '../../src/backfill/tsdb/xor-chunks.js';
import { decodeXor } from './xor-decoder.js';

const DAY = 86_400_000;

const chunksOf = (encoder: XorChunks): ChunkSpan[] =>
  Array.from({ length: encoder.chunkCount }, (_, i) => encoder.chunk(i));

test('chunks decode to the samples that went in', () => {
  const run = fc.record({
    gapSteps: fc.oneof(fc.constant(0), fc.nat(3), fc.nat(5000)),
    count: fc.oneof(fc.nat(3), fc.nat(400)),
    value: fc.oneof(fc.nat(50), fc.double(), fc.constantFrom(-0, 1 / 3, Number.POSITIVE_INFINITY)),
  });
  const encoder = new XorChunks();
  fc.assert(
    fc.property(
      fc.array(run, { maxLength: 12 }),
      fc.integer({ min: -DAY, max: 30_000 * DAY }),
      fc.constantFrom(1000, 60_000, 300_000, DAY),
      (runs, fromMs, stepMs) => {
        encoder.clear();
        const expected: [number, number][] = [];
        let atMs = fromMs;
        for (const { gapSteps, count, value } of runs) {
          atMs += gapSteps * stepMs;
          // No block is longer, and so all distances fit 32 bits.
          if (atMs + count * stepMs - fromMs > 20 * DAY) break;
          encoder.appendRun(atMs, count, stepMs, value);
          for (let i = 0; i < count; i += 1, atMs += stepMs) expected.push([atMs, value]);
        }
        encoder.finish();
        expect(encoder.samples).toBe(expected.length);
        const decoded = chunksOf(encoder).map(({ start, end, minMs, maxMs }) => {
          const samples = decodeXor(encoder.bytes.subarray(start, end));
          expect(samples.length).toBeLessThanOrEqual(120);
          expect([samples[0]?.[0], samples.at(-1)?.[0]]).toEqual([minMs, maxMs]);
          return samples;
        });
        expect(decoded.flat()).toEqual(expected);
      },
    ),
  );
});

test('a value that does not change costs two bits', () => {
  const encoder = new XorChunks();
  encoder.appendRun(0, 120, 300_000, 7);
  encoder.finish();
  expect(encoder.chunkCount).toBe(1);
  expect(encoder.chunk(0).end).toBeLessThan(16 + 120 / 4);
});

test('CRC-32C', () => {
  // RFC 3720, B.4.
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
});

test('a ULID holds its time', () => {
  // The example of the ULID specification.
  expect(createUlid(1_469_918_176_385, new Uint8Array(10)).slice(0, 10)).toBe('01ARYZ6S41');
  expect(createUlid(2 ** 48 - 1, new Uint8Array(10).fill(255))).toBe('7ZZZZZZZZZZZZZZZZZZZZZZZZZ');
});

test('text compares by its bytes', () => {
  expect(toBinary('\u{ffff}') < toBinary('\u{10000}')).toBe(true);
});
