import { expect, test } from 'vitest';
import { retryAfterMs, withRetries } from '../../src/http/retry.js';

const POLICY = { firstMs: 500, longestMs: 30_000, giveUpAfterMs: 600_000, requestTimeoutMs: 60_000 };

test.each([
  [undefined, undefined],
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
