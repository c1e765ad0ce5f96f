import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkGrid, countSteps, type Grid, walkSteps } from '../../src/backfill/steps.js';
import type { Change, Series } from '../../src/backfill/timeline.js';
import { errorOf } from '../unit/helpers.js';
import { arbitraryChanges, seriesNamed, timelineOf, valueAt } from './timelines.js';

const MINUTE = 60_000;
const GRID: Grid = { fromMs: 10 * MINUTE, toMs: 20 * MINUTE, stepMs: MINUTE };

async function stepsOf(
  series: readonly Series[],
  changes: readonly Change[],
  grid = GRID,
): Promise<{ atMs: number; values: number[]; present: number; changed: number[] }[]> {
  const steps: { atMs: number; values: number[]; present: number; changed: number[] }[] = [];
  await walkSteps(timelineOf(series, changes), grid, {
    step({ atMs, values, present, changed, changedCount }) {
      steps.push({
        atMs,
        values: [...values.subarray(0, series.length)],
        present,
        changed: [...changed.subarray(0, changedCount)],
      });
      return undefined;
    },
  });
  return steps;
}

test('every step has the values of its moment', async () => {
  const changes = arbitraryChanges({ series: 4, fromMs: 0, toMs: 30 * MINUTE });
  await fc.assert(
    fc.asyncProperty(changes, fc.constantFrom(1, 2, 5, 10), async (history, minutes) => {
      const grid = { ...GRID, stepMs: minutes * MINUTE };
      const steps = await stepsOf(seriesNamed('a', 'b', 'c', 'd'), history, grid);
      expect(steps.map(({ atMs }) => atMs)).toEqual(
        Array.from({ length: countSteps(grid) }, (_, i) => grid.fromMs + i * grid.stepMs),
      );
      for (const { atMs, values, present } of steps) {
        const expected = values.map((_, series) => valueAt(history, series, atMs));
        expect(values).toEqual(expected);
        expect(present).toBe(expected.filter((value) => !Number.isNaN(value)).length);
      }
    }),
  );
});

test('the changes told of lead from one step to the next, each series once', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryChanges({ series: 4, fromMs: 0, toMs: 30 * MINUTE }), async (history) => {
      const known = [Number.NaN, Number.NaN, Number.NaN, Number.NaN];
      for (const { values, changed } of await stepsOf(seriesNamed('a', 'b', 'c', 'd'), history)) {
        expect(new Set(changed).size).toBe(changed.length);
        for (const series of changed) known[series] = values[series] ?? Number.NaN;
        expect(known).toEqual(values);
      }
    }),
  );
});

test('a change counts from its very moment on, not a millisecond earlier', async () => {
  const at = 15 * MINUTE;
  const steps = await stepsOf(seriesNamed('a', 'b'), [
    { atMs: at, series: 0, value: 1 },
    { atMs: at + 1, series: 1, value: 1 },
  ]);
  expect(steps.find(({ atMs }) => atMs === at)?.values).toEqual([1, Number.NaN]);
  expect(steps.find(({ atMs }) => atMs === at + MINUTE)?.values).toEqual([1, 1]);
});

describe('what only grows', () => {
  const growing = (count: number): Series[] =>
    seriesNamed(...Array.from({ length: count }, (_, i) => `p${i}`)).map((series) => ({
      ...series,
      isCumulative: true,
    }));
  const valuesOf = async (changes: readonly Change[], grid = GRID): Promise<number[][]> =>
    (await stepsOf(growing(2), changes, grid)).map(({ values }) => values);
  const none = Number.NaN;

  test('is 0 at the step before it begins, and nowhere else', async () => {
    const at = 15 * MINUTE;
    const history = [
      { atMs: at + 1, series: 0, value: 3 },
      { atMs: at + MINUTE, series: 1, value: 1 },
      { atMs: at + MINUTE, series: 1, value: 2 },
      { atMs: at + MINUTE + 1, series: 1, value: 5 },
    ];
    expect(await valuesOf(history)).toEqual([
      ...Array.from({ length: 5 }, () => [none, none]),
      [0, 0],
      [3, 2],
      ...Array.from({ length: 4 }, () => [3, 5]),
    ]);
  });

  test('has what it had at the first step: nothing is made up before it', async () => {
    const history = [
      { atMs: 0, series: 0, value: 1 },
      { atMs: GRID.fromMs, series: 1, value: 2 },
    ];
    expect((await valuesOf(history))[0]).toEqual([1, 2]);
    const [first, second] = await valuesOf([{ atMs: GRID.fromMs + 1, series: 0, value: 1 }]);
    expect([first, second]).toEqual([
      [0, none],
      [1, none],
    ]);
  });

  test('is 0 at the last step when it begins before somebody else writes on', async () => {
    const history = [
      { atMs: GRID.toMs + MINUTE, series: 0, value: 1 },
      { atMs: GRID.toMs + MINUTE + 1, series: 1, value: 1 },
    ];
    expect((await valuesOf(history)).at(-1)).toEqual([0, none]);
    const seen: number[][] = [];
    await walkSteps(
      timelineOf(growing(2), history),
      GRID,
      { step: ({ values }) => void seen.push([...values.subarray(0, 2)]) },
      { readUntilMs: GRID.toMs + 10 * MINUTE },
    );
    expect(seen.at(-1)).toEqual([0, 0]);
  });

  test('adds up, from step to step, to all that happened', async () => {
    const happened = fc.array(
      fc.record({ atMs: fc.integer({ min: 0, max: 25 * MINUTE }), series: fc.nat(1) }),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(happened, fc.constantFrom(1, 2, 5, 10), async (events, minutes) => {
        const totals = [0, 0];
        const history = events
          .toSorted((a, b) => a.atMs - b.atMs)
          .map(({ atMs, series }) => {
            totals[series] = (totals[series] ?? 0) + 1;
            return { atMs, series, value: totals[series] ?? 0 };
          });
        const grid = { ...GRID, stepMs: minutes * MINUTE };
        const steps = await stepsOf(growing(2), history, grid);
        for (const series of [0, 1]) {
          // As increase() counts: nothing before the first sample.
          const seen = steps
            .map(({ values }) => values[series] ?? none)
            .filter((value) => !Number.isNaN(value));
          const increase = (seen.at(-1) ?? 0) - (seen[0] ?? 0);
          const truth = events.filter(
            (event) => event.series === series && event.atMs > grid.fromMs && event.atMs <= grid.toMs,
          );
          expect(increase).toBe(truth.length);
        }
        for (const { atMs, values, present } of steps) {
          for (const [series, value] of values.entries())
            expect(Number.isNaN(value) ? 0 : value).toBe(
              events.filter((event) => event.series === series && event.atMs <= atMs).length,
            );
          expect(present).toBe(values.filter((value) => !Number.isNaN(value)).length);
        }
      }),
    );
  });
});

test('series may appear while the changes are read', async () => {
  const series: Series[] = [];
  const seen: number[] = [];
  await walkSteps(
    {
      series,
      async *changes() {
        for (let i = 0; i < 3000; i += 1) {
          series.push(...seriesNamed(`p${i}`));
          yield [{ atMs: i, series: i, value: i }];
        }
      },
    },
    { fromMs: 1000, toMs: 3000, stepMs: 1000 },
    { step: ({ present }) => void seen.push(present) },
  );
  expect(seen).toEqual([1001, 2001, 3000]);
});

test('what comes after the last step is not even read', async () => {
  let batches = 0;
  const changes = Array.from({ length: 300 }, (_, i) => ({ atMs: i * MINUTE, series: 0, value: i }));
  const timeline = timelineOf(seriesNamed('a'), changes, {
    onBatch(number) {
      batches = number + 1;
    },
  });
  await walkSteps(timeline, GRID, { step: () => undefined });
  expect(batches).toBeLessThan(10);
});

test('a sink that is busy holds up the walk', async () => {
  const order: string[] = [];
  await walkSteps(
    timelineOf(seriesNamed('a'), []),
    { ...GRID, toMs: GRID.fromMs + MINUTE },
    {
      async step({ atMs }) {
        order.push(`begin ${atMs / MINUTE}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
        order.push(`end ${atMs / MINUTE}`);
      },
    },
  );
  expect(order).toEqual(['begin 10', 'end 10', 'begin 11', 'end 11']);
});

test('changes out of order are a fault of whoever made them', async () => {
  await expect(
    stepsOf(seriesNamed('a'), [
      { atMs: 2, series: 0, value: 1 },
      { atMs: 1, series: 0, value: 2 },
    ]),
  ).rejects.toThrow('out of order');
});

test('it can be stopped', async () => {
  const stop = new AbortController();
  stop.abort(new Error('stopped'));
  const walk = walkSteps(timelineOf([], []), GRID, { step: () => undefined }, { signal: stop.signal });
  await expect(walk).rejects.toThrow('stopped');
});

test.each([
  [{ fromMs: 20 * MINUTE }, 'must be before --to'],
  [{ fromMs: 30 * MINUTE }, '--from 1970-01-01T00:30:00Z must be before --to 1970-01-01T00:20:00Z'],
  [{ stepMs: 3 * MINUTE }, 'write --to 1970-01-01T00:19:00Z or --to 1970-01-01T00:22:00Z'],
  [{ stepMs: 11 * MINUTE }, 'longer than'],
  [{ stepMs: 500 }, 'at least 1s'],
  [{ stepMs: 1500 }, 'whole seconds'],
  [{ stepMs: 0 }, 'at least 1s'],
  [{ fromMs: 10 * MINUTE + 1, toMs: 20 * MINUTE + 1 }, 'whole seconds'],
  [{ fromMs: Number.NaN }, 'are required'],
])('%j is refused', async (change, message) => {
  const error = await errorOf(() => checkGrid({ ...GRID, ...change }));
  expect(error.code).toBe('BACKFILL_USAGE');
  expect(error.message).toContain(message);
});
