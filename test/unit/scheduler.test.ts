import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createCronTicker } from '../../src/collectors/cron-ticker.js';
import type { CollectorRunner, RunResult } from '../../src/collectors/runner.js';
import {
  createScheduler,
  exponentialBackoffMs,
  type Scheduler,
  spreadMs,
} from '../../src/collectors/scheduler.js';
import { deferred, runnerWith } from './helpers.js';

const MINUTE_MS = 60_000;
/** Half a minute before the full one. */
const START = Date.UTC(2026, 2, 1, 11, 59, 30);
const SPREAD_MS = spreadMs('items', MINUTE_MS);
const RETRY_MS = 1000;

let started: Scheduler | undefined;

/** Starts a collector whose runs are given by `run`; `at` fills with the milliseconds after the start. */
function schedule(
  run: () => Promise<RunResult>,
  cron = '* * * * *',
  timeZone = 'UTC',
): { readonly at: number[] } {
  const at: number[] = [];
  const runner: CollectorRunner = {
    ...runnerWith({ schedule: cron }, {}),
    run: () => {
      at.push(Date.now() - START);
      return run();
    },
  };
  started = createScheduler([runner], {
    timeZone,
    createTicker: createCronTicker,
    retryDelayMs: (failures) => RETRY_MS * failures,
  });
  started.start();
  return { at };
}

beforeEach(() => {
  vi.useFakeTimers({ now: START });
});
afterEach(async () => {
  await started?.stop();
  started = undefined;
  vi.useRealTimers();
});

describe('a collector that succeeds', () => {
  test('runs at once, then by its schedule and spread', async () => {
    const { at } = schedule(async () => 'success');
    expect(at).toEqual([0]);
    await vi.advanceTimersByTimeAsync(3 * MINUTE_MS);
    const due = [30_000, 90_000, 150_000].map((ms) => ms + SPREAD_MS);
    expect(at).toHaveLength(4);
    for (const [i, ms] of due.entries()) expect(Math.abs((at[i + 1] ?? 0) - ms)).toBeLessThan(1500);
  });

  test('runs by the clock of its time zone', async () => {
    // 12:00 UTC is 17:30 in Kolkata.
    const { at } = schedule(async () => 'success', '30 17 * * *', 'Asia/Kolkata');
    await vi.advanceTimersByTimeAsync(5 * MINUTE_MS);
    expect(at).toHaveLength(2);
    const spread = spreadMs('items', 24 * 60 * MINUTE_MS);
    expect(Math.abs((at[1] ?? 0) - 30_000 - spread)).toBeLessThan(1500);
  });
});

describe('a collector that fails', () => {
  test('is tried again after ever longer waits, until it succeeds', async () => {
    const results: RunResult[] = ['failure', 'failure', 'failure', 'success'];
    const { at } = schedule(async () => results.shift() ?? 'success');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(at).toEqual([0, 1000, 3000, 6000]);
  });

  test('begins anew with the shortest wait after a success', async () => {
    const results: RunResult[] = ['failure', 'failure', 'success', 'failure', 'success'];
    const { at } = schedule(async () => results.shift() ?? 'success');
    await vi.advanceTimersByTimeAsync(30_000 + SPREAD_MS + 5000);
    expect(at.slice(0, 3)).toEqual([0, 1000, 3000]);
    const [fourth = Number.NaN, fifth = Number.NaN] = at.slice(3);
    expect(fifth - fourth).toBe(RETRY_MS);
  });

  test('a skipped run is neither failure nor success', async () => {
    const results: RunResult[] = ['failure', 'skipped'];
    const { at } = schedule(async () => results.shift() ?? 'success');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(at).toEqual([0, 1000]);
  });
});

describe('stop', () => {
  test('waits for the run under way', async () => {
    const slow = deferred<RunResult>();
    schedule(() => slow.promise);
    let stopped = false;
    const stopping = started?.stop().then(() => {
      stopped = true;
    });
    await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
    expect(stopped).toBe(false);
    slow.resolve('success');
    await stopping;
    expect(stopped).toBe(true);
  });

  test('waits for a run that goes on while others were skipped', async () => {
    const slow = deferred<RunResult>();
    const results: Promise<RunResult>[] = [slow.promise];
    const { at } = schedule(() => results.shift() ?? Promise.resolve('skipped'));
    await vi.advanceTimersByTimeAsync(2 * MINUTE_MS);
    expect(at.length).toBeGreaterThan(1);
    let stopped = false;
    const stopping = started?.stop().then(() => {
      stopped = true;
    });
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    expect(stopped).toBe(false);
    slow.resolve('success');
    await stopping;
  });

  test('ends schedule and retries', async () => {
    const { at } = schedule(async () => 'failure');
    await vi.advanceTimersByTimeAsync(0);
    await started?.stop();
    await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
    expect(at).toEqual([0]);
  });

  test('a run that fails after it is not tried again', async () => {
    const slow = deferred<RunResult>();
    const { at } = schedule(() => slow.promise);
    const stopping = started?.stop();
    slow.resolve('failure');
    await stopping;
    await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
    expect(at).toEqual([0]);
  });
});

describe('the spread', () => {
  test('is the same for a name at any time, and within its limits', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1000, max: 100_000_000 }), (name, interval) => {
        const spread = spreadMs(name, interval);
        expect(spread).toBe(spreadMs(name, interval));
        expect(Number.isInteger(spread)).toBe(true);
        expect(spread).toBeGreaterThanOrEqual(0);
        expect(spread).toBeLessThan(Math.min(20_000, interval / 4));
      }),
    );
  });

  test('stays what it was in earlier versions', () => {
    // By hand: the first 4 bytes of the SHA-256 of "items", as a fraction of a quarter of a minute.
    expect(spreadMs('items', MINUTE_MS)).toBe(5580);
  });

  test('keeps collectors apart', () => {
    const names = Array.from({ length: 200 }, (_, i) => `collector_${i}`);
    const spreads = names.map((name) => spreadMs(name, MINUTE_MS));
    for (const quarter of [0, 1, 2, 3]) {
      const within = spreads.filter((ms) => Math.floor(ms / 3750) === quarter);
      expect(within.length).toBeGreaterThan(25);
    }
  });
});

test('the backoff doubles from a second to a minute', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 8, 2000].map(exponentialBackoffMs)).toEqual([
    1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000,
  ]);
});
