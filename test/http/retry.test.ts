import { expect, test } from 'vitest';
import { retryAfterMs, withRetries } from '../../src/http/retry.js';

const POLICY = { firstMs: 500, longestMs: 30_000, giveUpAfterMs: 600_000, requestTimeoutMs: 60_000 };

test.each([
  [undefined, undefined],
  ['7', 7000],
  ['Thu, 01 Jan 1970 00:01:00 GMT', 60_000],
  ['soon', undefined],
  ['', undefined],
  // No time at all, or a time that is over: nobody is asked again at once, again and again.
  ['0', undefined],
  ['-5', undefined],
  ['1.5', undefined],
  ['Wed, 31 Dec 1969 23:59:59 GMT', undefined],
  // More patience than anybody has.
  ['99999999999999999999', 1e23],
  ['9'.repeat(400), undefined],
  ['Fri, 31 Dec 9999 23:59:59 GMT', Date.UTC(9999, 11, 31, 23, 59, 59)],
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
