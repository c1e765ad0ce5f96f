import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { idealLine } from '../../src/reports/charts/marks/burndown.js';
import { cases, SEED } from '../support/effort.js';
import { corners, picture, sketch } from './chart-helpers.js';

/** A sprint from a Thursday to a Tuesday; on Friday the scope grew, and Monday is the last day that is known. */
const SPRINT = [
  ['2026-03-05', '20', '20', '1'],
  ['2026-03-06', '21', '25', '1'],
  ['2026-03-07', '21', '25', '0'],
  ['2026-03-08', '21', '25', '0'],
  ['2026-03-09', '8', '25', '1'],
  ['2026-03-10', null, null, '1'],
];
const COLUMNS = { x: 'date', left: 'points', scope: 'points', working: 'number' } as const;

const sprint = sketch({ type: 'burndown', y: ['left', 'scope'], working: 'working' }, COLUMNS, SPRINT);

const idealOf = (rows: typeof SPRINT, working?: string): number[] => {
  const { series, places } = sketch(
    { type: 'burndown', y: ['left'], ...(working !== undefined && { working }) },
    COLUMNS,
    rows,
  ).data();
  return idealLine(series[0]?.points ?? [], places).map(({ y }) => Math.round(y * 100) / 100);
};

describe('a burndown', () => {
  test('has an ideal line from the first value to 0 on the last day, which falls on working days', () => {
    expect(idealOf(SPRINT, 'working')).toEqual([20, 13.33, 13.33, 13.33, 6.67, 0]);
    expect(idealOf(SPRINT)).toEqual([20, 16, 12, 8, 4, 0]);
    expect(sprint.figure()).toContain('<title>2026-03-09\nleft: 8\nscope: 25\nIdeal: 6.7</title>');
  });

  test('begins its ideal line where there is a first value', () => {
    expect(idealOf([['2026-03-04', null, null, '1'], ...SPRINT])).toEqual([20, 16, 12, 8, 4, 0]);
  });

  test('of a sprint without any working day has a straight line', () => {
    expect(
      idealOf(
        SPRINT.map(([x = '', ...rest]) => [x, ...rest.slice(0, 2), '0']),
        'working',
      ),
    ).toEqual([20, 16, 12, 8, 4, 0]);
  });

  test('says nothing of days to come but the ideal', () => {
    const figure = sprint.figure() ?? '';
    expect(figure).toContain('<title>2026-03-10\nIdeal: 0</title>');
    const lines = picture(figure).filter(({ attributes }) => attributes.class === 'line');
    expect(lines).toHaveLength(2);
    // Monday is the fifth of six days.
    for (const line of lines)
      expect(Math.max(...corners([line]).map(({ x }) => x))).toBeCloseTo(62 + (628 - 62) * 0.8, 1);
  });

  test('names the ideal line beside a dash', () => {
    const figure = sprint.figure() ?? '';
    const legend = figure.slice(figure.indexOf('<figcaption'));
    expect([...legend.matchAll(/<\/svg>([^<]*)</g)].map(([, name]) => name)).toEqual([
      'left',
      'scope',
      'Ideal',
    ]);
    expect(legend.match(/class="level"/g)).toHaveLength(1);
  });

  test('can be without the ideal line, and is a dot on the first day', () => {
    const without = sketch({ type: 'burndown', y: ['left'], ideal: false }, COLUMNS, SPRINT).figure();
    expect(without).not.toMatch(/Ideal|class="level"/);
    const first = sketch({ type: 'burndown', y: ['left'] }, COLUMNS, SPRINT.slice(0, 1)).figure() ?? '';
    expect(picture(first).filter(({ name }) => name === 'circle')).toHaveLength(1);
    expect(first).not.toContain('Ideal');
  });

  test('never rises on its ideal line, and ends at 0', () => {
    const days = fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.boolean()), {
      minLength: 2,
      maxLength: 30,
    });
    fc.assert(
      fc.property(days, (all) => {
        const points = all.map(([y], x) => ({ x, y, row: x }));
        const places = all.map(([, works], x) => ({ x, row: x, work: Number(works) }));
        const ys = idealLine(points, places).map(({ y }) => y);
        expect(ys[0]).toBe(all[0]?.[0]);
        expect(ys.at(-1)).toBe(0);
        expect(ys).toHaveLength(all.length);
        for (const [i, y] of ys.slice(1).entries()) expect(y).toBeLessThanOrEqual((ys[i] ?? 0) + 1e-9);
        const rests = all.slice(1, -1).flatMap(([, works], i) => (works ? [] : [i + 1]));
        if (all.slice(1).some(([, works]) => works))
          for (const i of rests) expect(ys[i]).toBeCloseTo(ys[i - 1] ?? 0, 9);
      }),
      { seed: SEED, numRuns: cases(200) },
    );
  });
});
