import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { BugflowError, type ErrorCode } from '../../src/base/errors.js';
import type { Reading } from '../../src/collectors/reading.js';
import { type CollectorRunner, createRunner, type RunnerDependencies } from '../../src/collectors/runner.js';
import { createSeriesBudget } from '../../src/collectors/series-budget.js';
import type { Off } from '../../src/taiga/off.js';
import { collector, deferred, items, reading } from './helpers.js';

const STALE_AFTER_MS = 60_000;
const NOON = Date.UTC(2026, 2, 1, 12);

/** A runner whose reads are scripted; `served` is what a scrape would see. */
function scripted(): {
  readonly runner: CollectorRunner;
  readonly served: Map<string, unknown>;
  readonly events: string[];
  next: () => Promise<Reading | Off>;
} {
  const served = new Map<string, unknown>();
  const events: string[] = [];
  const setting = {
    served,
    events,
    budget: createSeriesBudget(100),
    next: async (): Promise<Reading | Off> => reading([items(1)]),
  };
  const dependencies: RunnerDependencies = {
    budget: setting.budget,
    read: () => setting.next(),
    publish: async (name, families) => void served.set(name, families),
    withdraw: (name) => void served.delete(name),
    onRun: (_runner, result) => events.push(result),
    onStale: () => events.push('stale'),
  };
  return Object.assign(setting, {
    runner: createRunner(collector({ staleAfterMs: STALE_AFTER_MS }), dependencies),
  });
}

const failing =
  (code: ErrorCode, message = 'it failed') =>
  async (): Promise<Reading> => {
    throw new BugflowError(code, message);
  };
const yielding = (value: number) => async (): Promise<Reading> => reading([items(value)]);

beforeEach(() => {
  vi.useFakeTimers({ now: NOON, toFake: ['Date', 'setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('before and after the first run', () => {
  test('nothing is known, then everything is', async () => {
    const { runner, served } = scripted();
    expect(runner.state()).toMatchObject({
      up: false,
      settled: false,
      running: false,
      lastSuccessAt: undefined,
    });
    expect(await runner.run()).toBe('success');
    expect(runner.state()).toMatchObject({
      up: true,
      settled: true,
      running: false,
      series: 1,
      rowCount: 1,
      lastStartedAt: NOON,
      lastSuccessAt: NOON,
      lastDatabaseMs: 5,
      lastError: undefined,
      runs: { success: 1, failure: 0, skipped: 0 },
    });
    expect(served.get('items')).toEqual([items(1)]);
  });
});

describe('overlapping', () => {
  test('a run that is due while one is under way is skipped and counted', async () => {
    const setting = scripted();
    const slow = deferred<Reading>();
    const reads = vi.fn(() => slow.promise);
    setting.next = reads;
    const first = setting.runner.run();
    expect(setting.runner.state().running).toBe(true);
    expect(await Promise.all([setting.runner.run(), setting.runner.run()])).toEqual(['skipped', 'skipped']);
    slow.resolve(reading([items(1)]));
    expect(await first).toBe('success');
    expect(reads).toHaveBeenCalledTimes(1);
    expect(setting.runner.state()).toMatchObject({
      running: false,
      runs: { success: 1, failure: 0, skipped: 2 },
    });
    expect(setting.events).toEqual(['skipped', 'skipped', 'success']);
  });

  test('a failure does not keep the next run away', async () => {
    const setting = scripted();
    setting.next = failing('COLLECTOR_SQL');
    expect(await setting.runner.run()).toBe('failure');
    setting.next = yielding(1);
    expect(await setting.runner.run()).toBe('success');
  });
});

describe('a collector whose database lacks what it requires', () => {
  const off = async (): Promise<Off> => ({ missing: ['projects_swimlane'] });

  test('is off: neither run nor failing, and nobody waits for it', async () => {
    const setting = scripted();
    setting.next = off;
    expect(await setting.runner.run()).toBe('off');
    expect(setting.runner.state()).toMatchObject({
      runs: { success: 0, failure: 0, skipped: 0 },
      running: false,
      up: false,
      settled: true,
      lastError: undefined,
      missing: ['projects_swimlane'],
    });
    expect(setting.served.size).toBe(0);
    expect(setting.events).toEqual(['off']);
  });

  test('goes on when the database has it, and leaves nothing behind when it has it no more', async () => {
    const setting = scripted();
    setting.next = off;
    await setting.runner.run();
    setting.next = yielding(3);
    expect(await setting.runner.run()).toBe('success');
    expect(setting.runner.state()).toMatchObject({ up: true, missing: [] });
    setting.next = failing('COLLECTOR_SQL');
    await setting.runner.run();
    setting.next = off;
    expect(await setting.runner.run()).toBe('off');
    expect(setting.served.size).toBe(0);
    expect(setting.runner.state()).toMatchObject({ up: false, series: 0, lastError: undefined });
    await vi.advanceTimersByTimeAsync(10 * STALE_AFTER_MS);
    expect(setting.events).not.toContain('stale');
  });
});

describe('failure', () => {
  test('keeps the last values until stale_after, then withdraws them', async () => {
    const setting = scripted();
    const { runner, served, events } = setting;
    await runner.run();
    setting.next = failing('COLLECTOR_TIMEOUT', 'too slow\nby far');
    expect(await runner.run()).toBe('failure');
    expect(runner.state()).toMatchObject({ up: true, series: 1, lastError: 'too slow by far' });
    await vi.advanceTimersByTimeAsync(STALE_AFTER_MS - 1);
    expect(served.get('items')).toEqual([items(1)]);
    await vi.advanceTimersByTimeAsync(1);
    expect(served.has('items')).toBe(false);
    expect(runner.state()).toMatchObject({ up: false, series: 0, lastSuccessAt: NOON });
    expect(events).toEqual(['success', 'failure', 'stale']);
  });

  test('the time counts from the first failure, not from the last', async () => {
    const setting = scripted();
    await setting.runner.run();
    setting.next = failing('COLLECTOR_TIMEOUT');
    await setting.runner.run();
    await vi.advanceTimersByTimeAsync(STALE_AFTER_MS / 2);
    await setting.runner.run();
    await vi.advanceTimersByTimeAsync(STALE_AFTER_MS / 2);
    expect(setting.served.has('items')).toBe(false);
    // Stale once is stale enough.
    await setting.runner.run();
    await vi.advanceTimersByTimeAsync(10 * STALE_AFTER_MS);
    expect(setting.events.filter((event) => event === 'stale')).toHaveLength(1);
  });

  test.each([-24, -1, 1, 24])(
    'a clock that is set %i h ahead makes the wait no longer and no shorter',
    async (hours) => {
      const setting = scripted();
      await setting.runner.run();
      setting.next = async () => {
        vi.setSystemTime(NOON + hours * 3_600_000);
        return failing('COLLECTOR_TIMEOUT')();
      };
      await setting.runner.run();
      expect(setting.runner.state().lastDurationMs).toBeLessThan(60_000);
      expect(setting.runner.state().lastDurationMs).toBeGreaterThanOrEqual(0);
      await vi.advanceTimersByTimeAsync(STALE_AFTER_MS - 1);
      expect(setting.served.has('items')).toBe(true);
      await vi.advanceTimersByTimeAsync(1);
      expect(setting.served.has('items')).toBe(false);
    },
  );

  test('success in time ends the wait', async () => {
    const setting = scripted();
    await setting.runner.run();
    setting.next = failing('COLLECTOR_TIMEOUT');
    await setting.runner.run();
    setting.next = yielding(2);
    await setting.runner.run();
    await vi.advanceTimersByTimeAsync(10 * STALE_AFTER_MS);
    expect(setting.served.get('items')).toEqual([items(2)]);
    expect(setting.runner.state()).toMatchObject({ up: true, lastError: undefined });
  });

  test('success brings the values back, and the next failure waits again', async () => {
    const setting = scripted();
    await setting.runner.run();
    setting.next = failing('COLLECTOR_TIMEOUT');
    await setting.runner.run();
    await vi.advanceTimersByTimeAsync(STALE_AFTER_MS);
    setting.next = yielding(3);
    await setting.runner.run();
    expect(setting.served.get('items')).toEqual([items(3)]);
    expect(setting.runner.state()).toMatchObject({ up: true, series: 1 });
    setting.next = failing('COLLECTOR_TIMEOUT');
    await setting.runner.run();
    await vi.advanceTimersByTimeAsync(STALE_AFTER_MS - 1);
    expect(setting.served.has('items')).toBe(true);
    await vi.advanceTimersByTimeAsync(1);
    expect(setting.served.has('items')).toBe(false);
  });

  test('ends also the values that a runner before this one left behind', async () => {
    const setting = scripted();
    setting.served.set('items', 'from before the reload');
    setting.next = failing('DATABASE_UNREACHABLE');
    await setting.runner.run();
    await vi.advanceTimersByTimeAsync(STALE_AFTER_MS);
    expect(setting.served.has('items')).toBe(false);
  });

  test('of the publishing is a failure of the run', async () => {
    const runner = createRunner(collector(), {
      budget: createSeriesBudget(100),
      read: yielding(1),
      publish: async () => {
        throw new Error('no room');
      },
      withdraw: () => undefined,
      onRun: () => undefined,
      onStale: () => undefined,
    });
    expect(await runner.run()).toBe('failure');
    expect(runner.state()).toMatchObject({
      up: false,
      lastError: 'no room',
      runs: { success: 0, failure: 1 },
    });
  });
});

describe('settled', () => {
  test.each<ErrorCode>(['DATABASE_UNREACHABLE', 'DATABASE_LOGIN_REFUSED', 'DATABASE_MISSING'])(
    'not by %s: the service is not ready without its database',
    async (code) => {
      const setting = scripted();
      setting.next = failing(code);
      await setting.runner.run();
      expect(setting.runner.state()).toMatchObject({ settled: false, up: false, runs: { failure: 1 } });
    },
  );

  test.each<ErrorCode>([
    'COLLECTOR_SQL',
    'COLLECTOR_TIMEOUT',
    'COLLECTOR_TOO_MANY_SERIES',
    'DATABASE_PERMISSION',
  ])('by %s: one collector alone keeps nobody waiting', async (code) => {
    const setting = scripted();
    setting.next = failing(code);
    await setting.runner.run();
    expect(setting.runner.state()).toMatchObject({ settled: true, up: false });
  });

  test('for good: the database may go away again', async () => {
    const setting = scripted();
    await setting.runner.run();
    setting.next = failing('DATABASE_UNREACHABLE');
    await setting.runner.run();
    expect(setting.runner.state().settled).toBe(true);
  });
});

describe('closed', () => {
  test('a runner does not run any more', async () => {
    const setting = scripted();
    setting.runner.close();
    expect(await setting.runner.run()).toBe('skipped');
    expect(setting.events).toEqual([]);
  });

  test('a run under way publishes nothing and tells nobody', async () => {
    const setting = scripted();
    const slow = deferred<Reading>();
    setting.next = () => slow.promise;
    const run = setting.runner.run();
    setting.runner.close();
    slow.resolve(reading([items(9)]));
    await run;
    expect(setting.served.size).toBe(0);
    expect(setting.events).toEqual([]);
    expect(setting.runner.state().running).toBe(false);
  });

  test('its values are never withdrawn: they may be those of the next runner', async () => {
    const setting = scripted();
    const { runner, served } = setting;
    await runner.run();
    const slow = deferred<Reading>();
    setting.next = () => slow.promise;
    const run = runner.run();
    runner.close();
    slow.reject(new BugflowError('DATABASE_UNREACHABLE', 'gone'));
    await run;
    await vi.advanceTimersByTimeAsync(10 * STALE_AFTER_MS);
    expect(served.has('items')).toBe(true);
  });

  test('also when it had failed before', async () => {
    const setting = scripted();
    await setting.runner.run();
    setting.next = failing('COLLECTOR_TIMEOUT');
    await setting.runner.run();
    setting.runner.close();
    await vi.advanceTimersByTimeAsync(10 * STALE_AFTER_MS);
    expect(setting.served.has('items')).toBe(true);
    expect(setting.events).toEqual(['success', 'failure']);
  });
});

describe('the budget of all collectors', () => {
  const budget = createSeriesBudget(100);
  const withSeries = (name: string, series: number) => {
    const served = new Set<string>();
    let next = series;
    const runner = createRunner(collector({ name, staleAfterMs: STALE_AFTER_MS }), {
      budget,
      read: async () => reading([items(1)].flatMap((family) => ({ ...family, values: manyValues(next) }))),
      publish: async () => void served.add(name),
      withdraw: () => void served.delete(name),
      onRun: () => undefined,
      onStale: () => undefined,
    });
    const set = (count: number): void => {
      next = count;
    };
    return { runner, served, set };
  };

  test('refuses the run that would go beyond, says what helps, and keeps what the others have', async () => {
    const one = withSeries('one', 60);
    const two = withSeries('two', 41);
    expect(await one.runner.run()).toBe('success');
    expect(await two.runner.run()).toBe('failure');
    expect(two.runner.state().lastError).toBe(
      'collector "two" yields 41 series, which with the 60 of the others exceed 100; leave projects out (projects.exclude), switch collectors off (overrides), or raise max_series',
    );
    expect([one.served.size, two.served.size, budget.total()]).toEqual([1, 0, 60]);
    // Whoever has less leaves room.
    one.set(59);
    expect(await one.runner.run()).toBe('success');
    expect(await two.runner.run()).toBe('success');
    expect(budget.total()).toBe(100);
    one.runner.close();
    two.runner.close();
  });
});

function manyValues(count: number): Map<string, number> {
  return new Map(Array.from({ length: count }, (_, i) => [`p${i}`, 1]));
}
