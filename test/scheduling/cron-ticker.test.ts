import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createCronTicker, type Ticker } from '../../src/scheduling/cron-ticker.js';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const NOON = Date.UTC(2026, 2, 1, 12);

let ticker: Ticker | undefined;
/** Real time, which goes on whatever the clock is set to. */
let ticks: number[];

function start(expression: string, timeZone = 'UTC'): void {
  ticks = [];
  const begin = performance.now();
  ticker = createCronTicker({
    expression,
    timeZone,
    policy: 'tick-now',
    onTick: () => ticks.push(Math.round(performance.now() - begin)),
  });
  ticker.start();
}

/** Sets the wall clock, as ntpd, an administrator or a resumed machine does: timers go on as they were. */
function jump(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

/** The longest stretch without a tick, up to `endMs` of real time. */
function longestGap(fromMs: number, endMs: number): number {
  const marks = [fromMs, ...ticks.filter((ms) => ms > fromMs), endMs];
  return Math.max(...marks.slice(1).map((ms, i) => ms - (marks[i] ?? 0)));
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOON });
});
afterEach(async () => {
  await ticker?.stop();
  vi.useRealTimers();
});

describe('a clock that nobody sets', () => {
  test.each([
    ['* * * * *', 5 * MINUTE_MS, [1, 2, 3, 4, 5].map((n) => n * MINUTE_MS)],
    ['*/2 * * * *', 5 * MINUTE_MS, [2, 4].map((n) => n * MINUTE_MS)],
    ['*/20 * * * * *', MINUTE_MS, [20, 40, 60].map((n) => n * SECOND_MS)],
    ['30 13 * * *', 2 * DAY_MS, [90 * MINUTE_MS, DAY_MS + 90 * MINUTE_MS]],
  ])('ticks exactly when %s says', async (expression, duration, expected) => {
    start(expression);
    await vi.advanceTimersByTimeAsync(duration);
    expect(ticks).toEqual(expected);
  });

  test('no tick comes after stop', async () => {
    start('* * * * *');
    await ticker?.stop();
    await vi.advanceTimersByTimeAsync(HOUR_MS);
    expect(ticks).toEqual([]);
  });
});

describe.each([
  ['* * * * *', MINUTE_MS],
  ['*/10 * * * * *', 10 * SECOND_MS],
  ['0 * * * *', HOUR_MS],
])('%s', (expression, interval) => {
  test.each([
    ['an hour ahead', HOUR_MS],
    ['an hour back', -HOUR_MS],
    ['a day ahead', DAY_MS],
    ['a day back', -DAY_MS],
    ['half a century ahead, as on a machine without a battery', 50 * 365 * DAY_MS],
  ])('goes on within one interval when the clock is set %s, with a single tick for it', async (_, ms) => {
    start(expression);
    await vi.advanceTimersByTimeAsync(2 * interval + 7 * SECOND_MS);
    const before = ticks.length;
    const jumpedAt = 2 * interval + 7 * SECOND_MS;
    jump(ms);
    await vi.advanceTimersByTimeAsync(interval);
    expect(ticks.length - before).toBeGreaterThanOrEqual(1);
    expect(ticks.length - before).toBeLessThanOrEqual(2);
    await vi.advanceTimersByTimeAsync(9 * interval);
    expect(longestGap(jumpedAt, jumpedAt + 10 * interval)).toBeLessThanOrEqual(interval);
    expect(ticks.length - before).toBeLessThanOrEqual(11);
  });

  test('ticks once for a machine that slept', async () => {
    start(expression);
    await vi.advanceTimersByTimeAsync(interval);
    // The monotonic clock stands still meanwhile.
    jump(3 * DAY_MS);
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    expect(ticks.length - 1).toBeGreaterThanOrEqual(1);
    expect(ticks.length - 1).toBeLessThanOrEqual(MINUTE_MS / Math.min(interval, MINUTE_MS) + 1);
  });
});

test('however the clock is set about, there is no storm and no standstill', async () => {
  const steps = fc.array(
    fc.record({
      waitMs: fc.integer({ min: 0, max: 10 * MINUTE_MS }),
      jumpMs: fc.oneof(
        fc.integer({ min: -2 * DAY_MS, max: 2 * DAY_MS }),
        fc.integer({ min: -5000, max: 5000 }),
      ),
    }),
    { minLength: 1, maxLength: 8 },
  );
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      vi.setSystemTime(NOON);
      start('* * * * *');
      let real = 0;
      for (const { waitMs, jumpMs } of all) {
        await vi.advanceTimersByTimeAsync(waitMs);
        real += waitMs;
        jump(jumpMs);
      }
      await vi.advanceTimersByTimeAsync(3 * MINUTE_MS);
      real += 3 * MINUTE_MS;
      await ticker?.stop();
      // Set back by less than a minute, a clock only makes that minute longer.
      const longerMs = all
        .filter(({ jumpMs }) => jumpMs < 0 && jumpMs > -MINUTE_MS)
        .reduce((sum, { jumpMs }) => sum - jumpMs, 0);
      expect(longestGap(0, real)).toBeLessThanOrEqual(MINUTE_MS + longerMs);
      expect(ticks.length).toBeLessThanOrEqual(real / MINUTE_MS + all.length + 1);
    }),
    { numRuns: 60 },
  );
});

describe('where clocks change for summer', () => {
  const SPRING = Date.UTC(2026, 2, 29);
  const AUTUMN = Date.UTC(2026, 9, 25);

  test.each([
    ['ahead', SPRING],
    ['back', AUTUMN],
  ])('every minute has its tick when they go %s', async (_, midnight) => {
    vi.setSystemTime(midnight);
    start('* * * * *', 'Europe/Berlin');
    await vi.advanceTimersByTimeAsync(4 * HOUR_MS);
    expect(ticks).toHaveLength(240);
    expect(longestGap(0, 4 * HOUR_MS)).toBe(MINUTE_MS);
  });

  test('what is due in the hour that is left out is due when it is over', async () => {
    vi.setSystemTime(SPRING - 12 * HOUR_MS);
    start('30 2 * * *', 'Europe/Berlin');
    await vi.advanceTimersByTimeAsync(DAY_MS);
    // At 2:00, which is 3:00.
    expect(ticks).toEqual([13 * HOUR_MS]);
  });

  test('what is due in the hour that comes twice is due in both, and once for the change', async () => {
    vi.setSystemTime(AUTUMN - 12 * HOUR_MS);
    start('30 2 * * *', 'Europe/Berlin');
    await vi.advanceTimersByTimeAsync(DAY_MS);
    expect(ticks).toEqual([12.5 * HOUR_MS, 13 * HOUR_MS, 13.5 * HOUR_MS]);
  });
});
