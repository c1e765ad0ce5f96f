import fc from 'fast-check';
import { expect, test } from 'vitest';
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
  [{ fromMs: 20 * MINUTE }, 'must lie before --to'],
  [{ fromMs: 30 * MINUTE }, '--from 1970-01-01T00:30:00Z must lie before --to 1970-01-01T00:20:00Z'],
  [{ stepMs: 3 * MINUTE }, 'write --to 1970-01-01T00:19:00Z or --to 1970-01-01T00:22:00Z'],
  [{ stepMs: 11 * MINUTE }, 'longer than'],
  [{ stepMs: 500 }, 'from 1s on'],
  [{ stepMs: 1500 }, 'whole seconds'],
  [{ stepMs: 0 }, 'from 1s on'],
  [{ fromMs: 10 * MINUTE + 1, toMs: 20 * MINUTE + 1 }, 'whole seconds'],
  [{ fromMs: Number.NaN }, 'are wanted'],
])('%j is refused', async (change, message) => {
  const error = await errorOf(() => checkGrid({ ...GRID, ...change }));
  expect(error.code).toBe('BACKFILL_USAGE');
  expect(error.message).toContain(message);
});
