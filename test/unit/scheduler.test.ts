import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createBackoff, type RetryDelay } from '../../src/base/backoff.js';
import { BugflowError } from '../../src/base/errors.js';
import { maxWaitMs } from '../../src/collectors/circuit-breaker.js';
import { type CollectorRunner, createRunner, type RunResult } from '../../src/collectors/runner.js';
import { createScheduler, type Scheduler } from '../../src/collectors/scheduler.js';
import { createSeriesBudget } from '../../src/collectors/series-budget.js';
import { createCronTicker } from '../../src/scheduling/cron-ticker.js';
import { spreadMs } from '../../src/scheduling/job.js';
import { collector, deferred, items, reading, runnerWith } from './helpers.js';

const MINUTE_MS = 60_000;
/** Half a minute before the full one. */
const START = Date.UTC(2026, 2, 1, 11, 59, 30);
const MOST_SPREAD_MS = 20_000;
const SPREAD_MS = spreadMs('items', MOST_SPREAD_MS, MINUTE_MS);
const RETRY_MS = 1000;

let started: Scheduler | undefined;

/** A list that fills with what becomes of the circuit. */
function startScheduler(runner: CollectorRunner, retryDelayMs: RetryDelay, timeZone = 'UTC'): string[] {
  const circuits: string[] = [];
  started = createScheduler([runner], {
    timeZone,
    createTicker: createCronTicker,
    retryDelayMs,
    onCircuit: (_runner, circuit) => circuits.push(circuit ? 'open' : 'closed'),
  });
  started.start();
  return circuits;
}

/** Starts a collector whose runs are given by `run`; `at` fills with the milliseconds after the start. */
function schedule(
  run: () => Promise<RunResult>,
  cron = '* * * * *',
  timeZone = 'UTC',
): { readonly at: number[]; readonly circuits: string[] } {
  const at: number[] = [];
  const runner: CollectorRunner = {
    ...runnerWith({ schedule: cron }, {}),
    run: () => {
      at.push(Date.now() - START);
      return run();
    },
  };
  const circuits = startScheduler(runner, (failures) => RETRY_MS * failures, timeZone);
  return { at, circuits };
}

/** Collectors whose circuits do not matter. */
function schedulerOf(runners: readonly CollectorRunner[]): Scheduler {
  return createScheduler(runners, {
    timeZone: 'UTC',
    createTicker: createCronTicker,
    retryDelayMs: () => RETRY_MS,
    onCircuit: () => undefined,
  });
}

/** Ends it, with the run under way. */
async function stopScheduler(): Promise<void> {
  const stopping = started?.stop();
  started = undefined;
  await vi.advanceTimersByTimeAsync(10_000);
  await stopping;
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
    const spread = spreadMs('items', MOST_SPREAD_MS, 24 * 60 * MINUTE_MS);
    expect(Math.abs((at[1] ?? 0) - 30_000 - spread)).toBeLessThan(1500);
  });
});

describe('collectors of events', () => {
  test('are due at the same moment, so that they share a pass', async () => {
    const at = new Map<string, number[]>();
    const names = ['lifecycle', 'responses', 'items'];
    const runners = names.map((name) => {
      const events = name === 'items' ? undefined : { text: 'SELECT', file: name, line: 1 };
      return {
        ...runnerWith({ name, events }, {}),
        run: async () => {
          at.set(name, [...(at.get(name) ?? []), Date.now() - START]);
          return 'success' as const;
        },
      };
    });
    started = schedulerOf(runners);
    started.start();
    await vi.advanceTimersByTimeAsync(2 * MINUTE_MS);
    expect(at.get('lifecycle')).toHaveLength(3);
    expect(at.get('lifecycle')).toEqual(at.get('responses'));
    expect(at.get('lifecycle')).not.toEqual(at.get('items'));
  });
});

test('what is due rarely runs once the others have run, and only then everything has', async () => {
  const running = deferred<void>();
  const begun: string[] = [];
  const runners = [
    ['sprint_commitment', '23 * * * *'],
    ['items', '* * * * *'],
    ['items_stale', '*/5 * * * *'],
  ].map(
    ([name = '', cron = '']): CollectorRunner => ({
      ...runnerWith({ name, schedule: cron }, {}),
      run: async () => {
        begun.push(name);
        await running.promise;
        return 'success';
      },
    }),
  );
  started = schedulerOf(runners);
  let hasRun = false;
  void started.start().then(() => {
    hasRun = true;
  });
  await vi.advanceTimersByTimeAsync(10_000);
  expect([begun, hasRun]).toEqual([['items', 'items_stale'], false]);
  running.resolve();
  await vi.advanceTimersByTimeAsync(0);
  expect([begun, hasRun]).toEqual([['items', 'items_stale', 'sprint_commitment'], true]);
});

test('gauges wait until the counters have read all of history, but not for ever', async () => {
  const at: number[] = [];
  const events = { text: 'SELECT', file: 'lifecycle', line: 1 };
  const startWith = (reading: Promise<void>): void => {
    at.splice(0);
    const runners: CollectorRunner[] = [
      { ...runnerWith({ name: 'lifecycle', events }, {}), run: () => reading.then(() => 'success') },
      {
        ...runnerWith({ name: 'items' }, {}),
        run: async () => {
          at.push(Date.now());
          return 'success';
        },
      },
    ];
    started = schedulerOf(runners);
    void started.start();
  };
  const reading = deferred<void>();
  startWith(reading.promise);
  await vi.advanceTimersByTimeAsync(3 * MINUTE_MS);
  expect(at).toHaveLength(1);
  reading.resolve();
  await vi.advanceTimersByTimeAsync(2 * MINUTE_MS);
  expect(at).toHaveLength(3);
  await started?.stop();

  const hanging = deferred<void>();
  startWith(hanging.promise);
  await vi.advanceTimersByTimeAsync(7 * MINUTE_MS);
  expect(at.length).toBeGreaterThan(1);
  hanging.resolve();
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

describe('a collector that keeps failing', () => {
  test('leaves its schedule, is tried when the wait is over, and goes back when a trial succeeds', async () => {
    let broken = true;
    const { at, circuits } = schedule(async () => (broken ? 'failure' : 'success'));
    await vi.advanceTimersByTimeAsync(10_000);
    // After 1 s, 2 s, 3 s and 4 s; the fifth failure opens the circuit.
    expect(at).toEqual([0, 1000, 3000, 6000, 10_000]);
    expect(circuits).toEqual(['open']);
    expect(started?.openCircuits().get('items')?.nextTryInMs).toBe(5 * RETRY_MS);
    const trials = at.length;
    await vi.advanceTimersByTimeAsync(30 * MINUTE_MS);
    const waits = at.slice(trials).map((ms, i) => ms - (at[trials + i - 1] ?? 0));
    expect(waits).toEqual(waits.map((_, i) => (i + 5) * RETRY_MS));
    expect(circuits).toEqual(['open']);

    broken = false;
    await vi.advanceTimersByTimeAsync(started?.openCircuits().get('items')?.nextTryInMs ?? 0);
    expect(circuits).toEqual(['open', 'closed']);
    expect(started?.openCircuits().size).toBe(0);
    const runs = at.length;
    await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
    expect(at.length - runs).toBeGreaterThanOrEqual(9);
    expect(at.length - runs).toBeLessThanOrEqual(10);
  });

  test('is not run by ticks that come while a trial goes on', async () => {
    const slow = deferred<RunResult>();
    let failures = 0;
    const { at } = schedule(() => (failures++ < 5 ? Promise.resolve('failure') : slow.promise));
    await vi.advanceTimersByTimeAsync(15_000);
    expect(at).toHaveLength(6);
    expect(started?.openCircuits().get('items')).toEqual({ nextTryInMs: 0 });
    await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
    expect(at).toHaveLength(6);
    slow.resolve('success');
    await vi.advanceTimersByTimeAsync(2 * MINUTE_MS);
    expect(at).toHaveLength(8);
  });

  /** Faults of random lengths with good times between them, each of one of both kinds. */
  const faults = fc.array(
    fc.record({
      goodMs: fc.integer({ min: 0, max: 10 * MINUTE_MS }),
      faultMs: fc.integer({ min: 0, max: 60 * MINUTE_MS }),
      databaseAbsent: fc.boolean(),
    }),
    { minLength: 1, maxLength: 4 },
  );

  test('never runs twice at a time, and is up one wait after the fault ended, whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(
        faults,
        fc.integer({ min: 1, max: 9000 }),
        fc.constantFrom(
          { cron: '* * * * *', intervalMs: MINUTE_MS },
          { cron: '*/10 * * * * *', intervalMs: 10_000 },
          { cron: '*/30 * * * *', intervalMs: 30 * MINUTE_MS },
        ),
        async (times, runMs, { cron, intervalMs }) => {
          let fault: 'DATABASE_UNREACHABLE' | 'COLLECTOR_SQL' | undefined;
          let readings = 0;
          let overlapped = false;
          const runner = createRunner(collector({ schedule: cron }), {
            budget: createSeriesBudget(100),
            async read() {
              overlapped ||= readings > 0;
              readings += 1;
              await new Promise((resolve) => setTimeout(resolve, runMs));
              readings -= 1;
              if (fault) throw new BugflowError(fault, 'no');
              return reading([items(1)]);
            },
            publish: async () => undefined,
            withdraw: () => undefined,
            onRun: () => undefined,
            onStale: () => undefined,
          });
          startScheduler(runner, createBackoff());
          try {
            for (const { goodMs, faultMs, databaseAbsent } of times) {
              fault = undefined;
              await vi.advanceTimersByTimeAsync(goodMs);
              fault = databaseAbsent ? 'DATABASE_UNREACHABLE' : 'COLLECTOR_SQL';
              await vi.advanceTimersByTimeAsync(faultMs);
              const endedAt = Date.now();
              const wasOpen = started?.openCircuits().size === 1;
              fault = undefined;
              const longestWait = databaseAbsent ? MINUTE_MS : maxWaitMs(intervalMs);
              await vi.advanceTimersByTimeAsync(longestWait + 2 * runMs);
              expect(started?.openCircuits().size).toBe(0);
              expect(runner.state().lastError).toBeUndefined();
              if (wasOpen) expect(runner.state().lastSuccessAt).toBeGreaterThanOrEqual(endedAt);
            }
            expect(overlapped).toBe(false);
          } finally {
            await stopScheduler();
          }
        },
      ),
      { numRuns: 25 },
    );
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
