import { expect, test } from 'vitest';
import { backoffMs, retryAfterMs, withRetries } from '../../src/http/retry.js';

const POLICY = { firstMs: 500, longestMs: 30_000, giveUpAfterMs: 600_000, requestTimeoutMs: 60_000 };

test('the wait doubles up to a cap, and half of it is chance', () => {
  for (const [failures, most] of [
    [0, 500],
    [1, 1000],
    [4, 8000],
    [10, 30_000],
    [2000, 30_000],
  ] as const) {
    const waits = Array.from({ length: 200 }, () => backoffMs(failures, POLICY));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(most / 2);
    expect(Math.max(...waits)).toBeLessThanOrEqual(most);
    expect(new Set(waits).size).toBeGreaterThan(100);
  }
});

test.each([
  [null, undefined],
  ['7', 7000],
  ['Thu, 01 Jan 1970 00:01:00 GMT', 60_000],
  ['soon', undefined],
])('Retry-After: %s', (header, ms) => {
  expect(retryAfterMs(header, 0)).toBe(ms);
});

test('a wait that would go beyond the limit is not begun', async () => {
  const waits: number[] = [];
  let attempts = 0;
  const attempting = withRetries(
    async () => {
      attempts += 1;
      return { again: `busy ${attempts}`, waitMs: attempts < 3 ? 1 : 700_000 };
    },
    {
      policy: POLICY,
      onWait: (_reason, waitMs) => void waits.push(waitMs),
      giveUp: (reason) => new Error(`given up: ${reason}`),
    },
  );
  await expect(attempting).rejects.toThrow('given up: busy 3');
  expect(waits).toEqual([1, 1]);
});
