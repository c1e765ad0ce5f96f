import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CHART_TYPES } from '../../src/reports/charts/definition.js';
import { stacked } from '../../src/reports/charts/marks/stacked-area.js';
import { extent, niceRange } from '../../src/reports/charts/nice.js';
import { percentile } from '../../src/reports/charts/percentile.js';
import { linearScale } from '../../src/reports/charts/scale.js';
import { timeTicks } from '../../src/reports/charts/time-ticks.js';
import { cases, SEED } from '../support/effort.js';
import { type Columns, corners, picture, sketch } from './chart-helpers.js';

const EFFORT = { seed: SEED, numRuns: cases(200) };

const number = fc.oneof(
  fc.integer({ min: -100, max: 100 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ min: 0, max: 1e6, noNaN: true }),
);
const text = fc.string({ unit: 'binary', maxLength: 20 });
const day = fc.date({ min: new Date('1970-01-01'), max: new Date('2200-01-01'), noInvalidDate: true });
const moment = fc.integer({ min: Date.parse('1970-01-01'), max: Date.parse('2200-01-01') });

const X = fc.oneof(
  fc.tuple(fc.constant('number' as const), fc.array(number.map(String), { maxLength: 40 })),
  fc.tuple(fc.constant('text' as const), fc.array(text, { maxLength: 40 })),
  fc.tuple(
    fc.constant('date' as const),
    fc.array(
      day.map((at) => at.toISOString().slice(0, 10)),
      { maxLength: 40 },
    ),
  ),
  fc.tuple(
    fc.constant('time' as const),
    fc.array(
      day.map((at) => at.toISOString()),
      { maxLength: 40 },
    ),
  ),
);

test('every mark lies within the plot area', () => {
  fc.assert(
    fc.property(
      X,
      fc.infiniteStream(number),
      fc.constantFrom(...CHART_TYPES),
      fc.constantFrom('number' as const, 'items' as const, 'duration' as const, 'share' as const),
      fc.boolean(),
      ([unit, xs], ys, type, yUnit, isSplit) => {
        const isCounted = type === 'histogram';
        if (isCounted && unit !== 'number') return;
        const columns: Columns = { x: unit, y: yUnit, series: 'text' };
        const rows = xs.map((x, i) => [x, String(ys.next().value), `series ${i % 3}`]);
        const series = isSplit ? { series: 'series' } : {};
        const figure = sketch(isCounted ? { type } : { type, y: ['y'], ...series }, columns, rows).figure();
        if (figure === undefined) {
          expect(xs).toEqual([]);
          return;
        }
        const isLying = type === 'bar' && unit === 'text';
        for (const { x, y } of corners(picture(figure))) {
          expect(x).toBeGreaterThanOrEqual(isLying ? 0 : 62);
          expect(x).toBeLessThanOrEqual((isLying ? 640 : 628) + 0.01);
          expect(y).toBeGreaterThanOrEqual(isLying ? 0 : 32);
          if (!isLying) expect(y).toBeLessThanOrEqual(306.01);
        }
      },
    ),
    EFFORT,
  );
});

test('ticks of numbers ascend from below the least to above the greatest value, in equal steps', () => {
  const finite = number.map((value) =>
    Math.max(-1e300, Math.min(1e300, Math.abs(value) < 1e-300 ? 0 : value)),
  );
  fc.assert(
    fc.property(finite, finite, fc.integer({ min: 2, max: 20 }), (one, other, count) => {
      const [low, high] = extent([one, other]);
      const { ticks } = niceRange(low, high, count);
      const [first = 0, last = 0] = [ticks[0], ticks.at(-1)];
      const near = Math.max(Math.abs(low), Math.abs(high)) * 1e-9;
      expect(first).toBeLessThanOrEqual(low + near);
      expect(last).toBeGreaterThanOrEqual(high - near);
      expect(ticks.length).toBeGreaterThanOrEqual(2);
      expect(ticks.length).toBeLessThanOrEqual(count + 3);
      expect(ticks).toEqual([...new Set(ticks)].sort((a, b) => a - b));
    }),
    EFFORT,
  );
});

test('ticks of time ascend, lie within the range, and are not too many', () => {
  fc.assert(
    fc.property(moment, moment, fc.integer({ min: 2, max: 12 }), (one, other, most) => {
      const [low, high] = extent([one, other]);
      const ats = timeTicks(low, high, most).map(({ at }) => at);
      expect(ats.length).toBeGreaterThan(0);
      expect(ats.length).toBeLessThanOrEqual(most);
      expect(ats).toEqual([...new Set(ats)].sort((a, b) => a - b));
      for (const at of ats) {
        expect(at).toBeGreaterThanOrEqual(low);
        expect(at).toBeLessThanOrEqual(high);
      }
    }),
    EFFORT,
  );
});

test('a scale keeps the order, and nothing leaves its range', () => {
  fc.assert(
    fc.property(number, number, (one, other) => {
      const scale = linearScale([-10, 90], [300, 20]);
      const [low, high] = extent([one, other]);
      expect(scale(low)).toBeGreaterThanOrEqual(scale(high));
      for (const value of [low, high]) {
        expect(scale(value)).toBeLessThanOrEqual(300);
        expect(scale(value)).toBeGreaterThanOrEqual(20);
      }
    }),
    EFFORT,
  );
});

test('stacked areas lie on one another, and the highest is the sum of all', () => {
  const values = fc.dictionary(fc.integer({ min: 0, max: 9 }).map(String), fc.integer({ min: 0, max: 1000 }));
  fc.assert(
    fc.property(fc.array(values, { minLength: 1, maxLength: 6 }), (all) => {
      const xs = Array.from({ length: 10 }, (_, x) => x);
      const column = { name: 'y', title: 'y', unit: 'items', better: undefined } as const;
      const layers = stacked(
        all.map((each, i) => ({
          name: String(i),
          column,
          points: Object.entries(each).map(([x, y]) => ({ x: Number(x), y, row: 0 })),
        })),
        xs,
      );
      for (const x of xs) {
        let ground = 0;
        for (const [i, { from, to }] of layers.entries()) {
          expect(from[x]).toBe(ground);
          ground += all[i]?.[String(x)] ?? 0;
          expect(to[x]).toBe(ground);
        }
      }
    }),
    EFFORT,
  );
});

test('percentiles are where a walk along the sorted values comes to', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1 }),
      fc.integer({ min: 1, max: 99 }),
      (values, hundredths) => {
        const sorted = values.toSorted((a, b) => a - b);
        // Each value a hundred times on the way to the next one: so the place is a whole number.
        const way = sorted.flatMap((value, i) => {
          const step = ((sorted[i + 1] ?? value) - value) / 100;
          return Array.from({ length: i + 1 < sorted.length ? 100 : 1 }, (_, k) => value + k * step);
        });
        expect(percentile(sorted, hundredths / 100)).toBeCloseTo(
          way[hundredths * (sorted.length - 1)] ?? 0,
          6,
        );
      },
    ),
    EFFORT,
  );
});
