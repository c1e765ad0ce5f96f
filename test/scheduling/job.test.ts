import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createCronTicker } from '../../src/scheduling/cron-ticker.js';
import { createJob, type Job, type JobMemory, type JobOptions, spreadMs } from '../../src/scheduling/job.js';
import { deferred } from '../unit/helpers.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NOON = Date.UTC(2026, 2, 1, 12);
const MOST_SPREAD_MS = 20_000;

const jobs: Job[] = [];
function start(options: Partial<JobOptions> & Pick<JobOptions, 'run'>): Job {
  const job = createJob({
    name: 'report',
    schedule: '* * * * *',
    timeZone: 'UTC',
    policy: 'skip',
    createTicker: createCronTicker,
    onError: (error) => {
      throw error;
    },
    ...options,
  });
  jobs.push(job);
  job.start();
  return job;
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOON });
});
afterEach(async () => {
  await Promise.all(jobs.splice(0).map((job) => job.stop()));
  vi.useRealTimers();
});

test('runs by its schedule, told when it was due', async () => {
  const due: number[] = [];
  start({ run: async (dueAtMs) => void due.push(dueAtMs - NOON) });
  await vi.advanceTimersByTimeAsync(3 * MINUTE_MS);
  expect(due).toEqual([1, 2, 3].map((n) => n * MINUTE_MS));
});

test('what is due while it runs is counted and not run', async () => {
  const slow = deferred<void>();
  let runs = 0;
  let told = 0;
  const job = start({
    run: () => (runs++ === 0 ? slow.promise : Promise.resolve()),
    onSkip: () => {
      told += 1;
    },
  });
  await vi.advanceTimersByTimeAsync(4 * MINUTE_MS);
  expect([runs, job.skipped(), told]).toEqual([1, 3, 3]);
  slow.resolve();
  await vi.advanceTimersByTimeAsync(MINUTE_MS);
  expect([runs, job.skipped()]).toEqual([2, 3]);
});

test('an error is told, and the schedule goes on', async () => {
  const errors: unknown[] = [];
  let runs = 0;
  start({
    run() {
      runs += 1;
      throw new Error(`no ${runs}`);
    },
    onError: (error) => errors.push(error),
  });
  await vi.advanceTimersByTimeAsync(2 * MINUTE_MS);
  expect(errors).toEqual([new Error('no 1'), new Error('no 2')]);
});

test('stop waits for the run under way, and nothing comes after it', async () => {
  const slow = deferred<void>();
  let runs = 0;
  const job = start({
    run() {
      runs += 1;
      return slow.promise;
    },
  });
  await vi.advanceTimersByTimeAsync(MINUTE_MS);
  let stopped = false;
  const stopping = job.stop().then(() => {
    stopped = true;
  });
  await vi.advanceTimersByTimeAsync(HOUR_MS);
  expect(stopped).toBe(false);
  slow.resolve();
  await stopping;
  job.runIn(1);
  await vi.advanceTimersByTimeAsync(HOUR_MS);
  expect(runs).toBe(1);
});

test('a pause passes the schedule over, and not what is set besides', async () => {
  let paused = true;
  const at: number[] = [];
  const job = start({ run: async () => void at.push(Date.now() - NOON), isPaused: () => paused });
  job.runIn(90_000);
  expect(job.msToNextRun()).toBe(90_000);
  await vi.advanceTimersByTimeAsync(2 * MINUTE_MS);
  expect(at).toEqual([90_000]);
  expect(job.msToNextRun()).toBe(0);
  paused = false;
  await vi.advanceTimersByTimeAsync(MINUTE_MS);
  expect(at).toEqual([90_000, 3 * MINUTE_MS]);
});

describe('over a restart', () => {
  function memoryOf(content: number | undefined): JobMemory & { content: number | undefined } {
    return {
      content,
      async read() {
        return this.content;
      },
      async write(dueAtMs) {
        this.content = dueAtMs;
      },
    };
  }
  const daily = { schedule: '0 9 * * *', policy: 'catch-up' } as const;

  test('what was missed runs once, late, and is remembered', async () => {
    const memory = memoryOf(NOON - 50 * HOUR_MS);
    const due: number[] = [];
    start({ ...daily, memory, run: async (dueAtMs) => void due.push(dueAtMs) });
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    expect(due).toEqual([NOON - 3 * HOUR_MS]);
    expect(memory.content).toBe(NOON - 3 * HOUR_MS);
  });

  test('nothing was missed before the first start, and something before the second', async () => {
    const memory = memoryOf(undefined);
    const due: number[] = [];
    const run = async (dueAtMs: number): Promise<void> => void due.push(dueAtMs);
    const first = start({ ...daily, memory, run });
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    await first.stop();
    expect(due).toEqual([]);
    vi.setSystemTime(NOON + 24 * HOUR_MS);
    start({ ...daily, memory, run });
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    expect(due).toEqual([NOON + 21 * HOUR_MS]);
  });

  test('a run that did not come to its end is run again', async () => {
    const memory = memoryOf(NOON - 24 * HOUR_MS);
    let runs = 0;
    const never = deferred<void>();
    start({
      ...daily,
      memory,
      run() {
        runs += 1;
        return never.promise;
      },
    });
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    start({ ...daily, memory, run: async () => void runs++ });
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    expect(runs).toBe(2);
    never.resolve();
  });

  test('a memory that fails is told of, and the job runs', async () => {
    const errors: unknown[] = [];
    let runs = 0;
    const no = (): Promise<never> => Promise.reject(new Error('disk full'));
    start({
      policy: 'catch-up',
      memory: { read: no, write: no },
      run: async () => void runs++,
      onError: (error) => errors.push(error),
    });
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    expect(runs).toBe(1);
    expect(new Set(errors.map(String))).toEqual(new Set(['Error: disk full']));
  });

  test('stop while it is read leaves no schedule behind', async () => {
    const reading = deferred<number | undefined>();
    let runs = 0;
    const job = start({
      memory: { read: () => reading.promise, write: async () => undefined },
      run: async () => void runs++,
    });
    const stopping = job.stop();
    reading.resolve(undefined);
    await stopping;
    await vi.advanceTimersByTimeAsync(HOUR_MS);
    expect(runs).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('the spread', () => {
  test('is the same for a name at any time, and within its limits', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1000, max: 100_000_000 }), (name, interval) => {
        const spread = spreadMs(name, MOST_SPREAD_MS, interval);
        expect(spread).toBe(spreadMs(name, MOST_SPREAD_MS, interval));
        expect(Number.isInteger(spread)).toBe(true);
        expect(spread).toBeGreaterThanOrEqual(0);
        expect(spread).toBeLessThan(Math.min(20_000, interval / 4));
      }),
    );
  });

  test('stays what it was in earlier versions', () => {
    // By hand: the first 4 bytes of the SHA-256 of "items", as a fraction of a quarter of a minute.
    expect(spreadMs('items', MOST_SPREAD_MS, MINUTE_MS)).toBe(5580);
  });

  test('keeps collectors apart', () => {
    const names = Array.from({ length: 200 }, (_, i) => `collector_${i}`);
    const spreads = names.map((name) => spreadMs(name, MOST_SPREAD_MS, MINUTE_MS));
    for (const quarter of [0, 1, 2, 3]) {
      const within = spreads.filter((ms) => Math.floor(ms / 3750) === quarter);
      expect(within.length).toBeGreaterThan(25);
    }
  });
});
