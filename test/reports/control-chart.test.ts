import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isOutside, processLimits } from '../../src/reports/charts/limits.js';
import { cases, SEED } from '../support/effort.js';
import { picture, sketch } from './chart-helpers.js';

const EFFORT = { seed: SEED, numRuns: cases(200) };

/** Ten closings or so in each week, but for one. */
const WEEKS = [10, 12, 9, 11, 10, 40, 11, 10, 12, 9].map((count, i) => [
  new Date(Date.parse('2026-03-02') + i * 7 * 86_400_000).toISOString().slice(0, 10),
  String(count),
]);

describe('natural process limits', () => {
  test('are 2.66 average moving ranges from the mean', () => {
    // Ranges: 2, 3, 2, 1, so 2 on average.
    expect(processLimits([10, 12, 9, 11, 10], 'number')).toEqual({
      mean: 10.4,
      lower: expect.closeTo(10.4 - 5.32, 9),
      upper: expect.closeTo(10.4 + 5.32, 9),
    });
  });

  test.each([
    ['items', 0],
    ['points', 0],
    ['duration', 0],
    ['share', 0],
    ['number', 2 - 2.66 * 4],
  ] as const)('of %s reach down to %d', (unit, lower) => {
    expect(processLimits([0, 4, 0, 4], unit)?.lower).toBeCloseTo(lower, 9);
  });

  test.each([[[]], [[7]]])('are none of %j', (values) => {
    expect(processLimits(values, 'items')).toBeUndefined();
  });

  test('have the mean between them, move with the values, and hold equal values', () => {
    const value = fc.integer({ min: -1e8, max: 1e8 }).map((hundredths) => hundredths / 100);
    fc.assert(
      fc.property(fc.array(value, { minLength: 2, maxLength: 40 }), value, (values, shift) => {
        const limits = processLimits(values, 'number');
        const moved = processLimits(
          values.map((each) => each + shift),
          'number',
        );
        if (!limits || !moved) throw new Error('no limits');
        expect(limits.lower).toBeLessThanOrEqual(limits.mean);
        expect(limits.upper).toBeGreaterThanOrEqual(limits.mean);
        for (const key of ['mean', 'lower', 'upper'] as const)
          expect(moved[key]).toBeCloseTo(limits[key] + shift, 4);
        const equal = values.map(() => shift);
        const own = processLimits(equal, 'number');
        expect(equal.filter((each) => own && isOutside(each, own))).toEqual([]);
      }),
      EFFORT,
    );
  });
});

describe('a control chart', () => {
  const weeks = sketch({ type: 'control_chart', y: ['y'] }, { x: 'date', y: 'items' }, WEEKS);

  test('marks what is outside, and names it', () => {
    const figure = weeks.figure() ?? '';
    const dots = picture(figure).filter(({ name }) => name === 'circle');
    expect(dots).toHaveLength(10);
    expect(dots.filter(({ attributes }) => attributes.r === '6')).toHaveLength(1);
    expect(figure).toContain('Outside: 2026-04-06<');
  });

  test('has lines for the mean and the limits, with their values', () => {
    const figure = weeks.figure() ?? '';
    // The mean is 13.4; the ranges are 2, 3, 2, 1, 30, 29, 1, 2, 3.
    const reach = 2.66 * (73 / 9);
    expect(figure).toContain(`Upper limit: ${Math.round(13.4 + reach)}<`);
    expect(figure).toContain('Mean: 13.4<');
    expect(figure).toContain('Lower limit: 0<');
    expect(picture(figure).filter(({ attributes }) => attributes.class === 'level')).toHaveLength(3);
  });

  test('takes the points in their order, in whatever order the rows come', () => {
    const shuffled = sketch({ type: 'control_chart', y: ['y'] }, { x: 'date', y: 'items' }, [
      ...WEEKS.slice(5),
      ...WEEKS.slice(0, 5),
    ]);
    expect(shuffled.figure()).toContain('Upper limit: 35<');
    expect(weeks.figure()).toContain('Upper limit: 35<');
  });

  test('of what keeps its limits names nothing, and one value has none', () => {
    const steady = WEEKS.filter(([, count]) => count !== '40');
    const columns = { x: 'date', y: 'items' } as const;
    expect(sketch({ type: 'control_chart', y: ['y'] }, columns, steady).figure()).not.toContain('Outside');
    const one = sketch({ type: 'control_chart', y: ['y'] }, columns, WEEKS.slice(0, 1)).figure() ?? '';
    expect(one).not.toMatch(/class="level"|Mean/);
    expect(picture(one).filter(({ name }) => name === 'circle')).toHaveLength(1);
  });
});
