import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBackoff } from '../../src/base/backoff.js';

const withoutJitter = createBackoff({ random: () => 0 });

test('doubles from a second up to the limit, however long it fails', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 1000, 1e9].map((failures) => withoutJitter(failures, 30_000))).toEqual([
    1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 30_000,
  ]);
});

test('begins with what it is told, and never above the limit', () => {
  const delay = createBackoff({ firstMs: 60_000, random: () => 0 });
  expect([delay(1, 200_000), delay(2, 200_000), delay(3, 200_000), delay(1, 10)]).toEqual([
    60_000, 120_000, 200_000, 10,
  ]);
});

test('is shortened by chance, by a half at most', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5000 }),
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (failures, limitMs, chance) => {
        const full = withoutJitter(failures, limitMs);
        const ms = createBackoff({ random: () => chance })(failures, limitMs);
        expect(full).toBeLessThanOrEqual(limitMs);
        expect(ms).toBeLessThanOrEqual(full);
        expect(ms).toBeGreaterThanOrEqual(full / 2);
      },
    ),
  );
});

test('chance is chance where none is given', () => {
  const delay = createBackoff();
  expect(new Set(Array.from({ length: 200 }, () => delay(5, 60_000))).size).toBeGreaterThan(100);
});
