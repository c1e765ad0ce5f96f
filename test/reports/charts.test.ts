import { describe, expect, test } from 'vitest';
import { CHART_TYPES, type ChartType } from '../../src/reports/charts/definition.js';
import { binned } from '../../src/reports/charts/marks/histogram.js';
import { shortened } from '../../src/reports/charts/short-text.js';
import { timeTicks } from '../../src/reports/charts/time-ticks.js';
import { type Columns, corners, parseXml, picture, type Rows, sketch } from './chart-helpers.js';

const NUMBERS: Columns = { x: 'number', y: 'number' };
const ITEM: Columns = {
  x: 'time',
  project: 'text',
  kind: 'text',
  ref: 'text',
  subject: 'text',
  y: 'duration',
};

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><svg onload=alert(1)>',
  "' & &amp; ]]> -->",
  '\u202eright to left',
  'שלום עולם',
  '👩‍👩‍👧‍👦 ж 完成',
  '\u0001\u0007',
  '\ud800 half',
  'a'.repeat(10_000),
  '👩‍👩‍👧‍👦'.repeat(1000),
  '',
  'constructor',
  '__proto__',
];

/** What nobody thinks of: pairs of x and y. */
const DEGENERATE: Readonly<Record<string, readonly (readonly [string, string | null])[]>> = {
  'one point': [['1', '5']],
  'equal values': Array.from({ length: 5 }, (_, i) => [String(i), '7'] as const),
  'equal points': Array.from({ length: 5 }, () => ['3', '7'] as const),
  'all zeros': Array.from({ length: 5 }, (_, i) => [String(i), '0'] as const),
  'negative values': Array.from({ length: 5 }, (_, i) => [String(-i), String(-i - 1)] as const),
  'both sides of zero': Array.from({ length: 5 }, (_, i) => [String(i - 2), String(2 - i)] as const),
  'huge values': [
    ['-1.7e308', '-1.7e308'],
    ['0', '5'],
    ['1.7e308', '1.7e308'],
  ],
  'tiny values': [
    ['5e-324', '5e-324'],
    ['1e-310', '2e-310'],
  ],
  'far from zero': [
    ['1e16', '1e16'],
    ['10000000000000002', '10000000000000002'],
  ],
  'values that are missing': [
    ['1', null],
    ['2', '5'],
    ['3', null],
  ],
  'in no order': [
    ['9', '1'],
    ['1', '2'],
    ['5', '3'],
  ],
  'ten thousand points': Array.from(
    { length: 10_000 },
    (_, i) => [String(i % 9973), String((i * 7919) % 10_007)] as const,
  ),
};

/** The same rows for any type. */
function drawn(type: ChartType, columns: Columns, rows: Rows) {
  return sketch(type === 'histogram' ? { type } : { type, y: ['y'] }, columns, rows);
}

describe.each(CHART_TYPES)('%s', (type) => {
  test.each(Object.entries(DEGENERATE))('%s', (_, rows) => {
    const figure = drawn(type, NUMBERS, rows).figure() ?? '';
    expect(figure).not.toMatch(/NaN|Infinity|undefined/);
    const elements = picture(figure);
    const [svg] = elements;
    const [, , width = 0, height = 0] = svg?.attributes.viewBox?.split(' ').map(Number) ?? [];
    const found = corners(elements);
    expect(found.length).toBeGreaterThan(0);
    for (const { x, y } of found) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(width);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(height);
    }
  });

  test.each([
    ['no rows', []],
    ['no values', [[null, null]]],
  ])('%s: nothing is drawn', (_, rows) => {
    expect(drawn(type, NUMBERS, rows).figure()).toBeUndefined();
  });

  test('ten thousand points are not more than can be seen', () => {
    const figure = drawn(type, NUMBERS, DEGENERATE['ten thousand points'] ?? []).figure() ?? '';
    expect(figure.length).toBeLessThan(1_500_000);
  });

  // A histogram has no names.
  if (type !== 'histogram')
    test('names are text, and no name makes the picture unreadable', () => {
      const rows = HOSTILE.map((name, i) => [name, String(i)]);
      for (const definition of [
        { type, y: ['y'] },
        { type, y: ['y'], series: 'x' },
      ]) {
        const figure = sketch(definition, { x: 'text', y: 'items' }, rows).figure() ?? '';
        expect(figure).not.toMatch(/<script|<svg onload/i);
        expect(figure.length).toBeLessThan(60_000);
        const names = new Set(parseXml(figure).map(({ name }) => name));
        for (const name of names)
          expect([
            'figure',
            'figcaption',
            'svg',
            'title',
            'desc',
            'g',
            'path',
            'rect',
            'circle',
            'text',
            'ul',
            'li',
          ]).toContain(name);
      }
    });

  test('says what it is', () => {
    const [svg, title, description] = picture(drawn(type, NUMBERS, [['1', '2']]).figure() ?? '');
    expect(svg?.attributes).toMatchObject({ role: 'img', 'aria-labelledby': 'drawn-title drawn-desc' });
    expect(title?.text).toBe('Drawn');
    expect(description?.text).toMatch(/^An? .* The table below has the numbers\.$/);
  });
});

describe('bars', () => {
  const DAYS = [
    ['2026-03-28', '3', '1'],
    ['2026-03-29', '0', '2'],
    ['2026-03-30', '6', '4'],
  ];
  const days = sketch({ type: 'bar', y: ['y', 'z'] }, { x: 'date', y: 'items', z: 'items' }, DAYS);

  test('are as high as their values, and say them', () => {
    const bars = picture(days.figure() ?? '').filter(({ name }) => name === 'rect');
    const heights = bars.map(({ attributes }) => Number(attributes.height));
    const unit = (heights[2] ?? 0) / 6;
    expect(unit).toBeGreaterThan(0);
    expect(heights.map((height) => Math.round(height / unit))).toEqual([3, 0, 6, 1, 2, 4]);
    expect(days.figure()).toContain('<title>2026-03-30\nz: 4</title>');
  });

  test('are named in a legend, and below', () => {
    const figure = days.figure() ?? '';
    for (const label of ['28 Mar', '29 Mar', '30 Mar']) expect(figure).toContain(`>${label}</text>`);
    expect(figure.match(/<li>/g)).toHaveLength(2);
  });

  test('of texts lie, each below its name', () => {
    const figure = sketch({ type: 'bar', y: ['y'] }, { x: 'text', y: 'duration' }, [
      ['New', '432000'],
      ['Ready for test', '86400'],
    ]).figure();
    const bars = picture(figure ?? '').filter(({ name }) => name === 'rect');
    expect(bars.map(({ attributes }) => Number(attributes.width))).toEqual([640, 128]);
    expect(figure).toContain('>5 days</text>');
  });
});

describe('scatter', () => {
  const points = sketch({ type: 'scatter', y: ['y'], series: 'kind', percentiles: [0.95, 0.5] }, ITEM, [
    ['2026-03-28 23:30:00+00', 'shop', 'userstory', '7', 'Cart', '86400'],
    ['2026-03-29 00:30:00+00', 'shop', 'issue', null, null, '259200'],
  ]);

  test('a point leads to its item and tells of it, in the time zone', () => {
    const figure = points.figure() ?? '';
    expect(figure.match(/<a /g)).toHaveLength(1);
    expect(figure).toContain(
      '<a href="https://taiga.example.org/project/shop/us/7" tabindex="-1" aria-label="',
    );
    expect(figure).toContain(
      'x: 2026-03-29 00:30\nproject: shop\nkind: userstory\nref: 7\nsubject: Cart\ny: 1 day',
    );
  });

  test('percentiles are of all points, from the least to the greatest, and named', () => {
    expect(points.figure()).toMatch(/p50: 2 days[\s\S]*p95: 2\.9 days/);
    expect(points.figure()?.match(/<path class="level"/g)).toHaveLength(4);
  });

  test('points on the same pixel are one, which says so', () => {
    const rows = Array.from({ length: 500 }, () => ['1', '2']);
    const figure = sketch({ type: 'scatter', y: ['y'] }, NUMBERS, rows).figure() ?? '';
    expect(figure.match(/<circle/g)).toHaveLength(1);
    expect(figure).toContain('and 499 more here');
  });

  test('a line of its own has the value of the first row', () => {
    const figure = sketch(
      { type: 'scatter', y: ['y'], lines: ['z'] },
      { x: 'text', y: 'duration', z: 'duration' },
      [['Doing', '86400', '432000']],
    ).figure();
    expect(figure).toContain('z: 5 days');
  });
});

test('the first series of stacked areas lies on the ground, and is last in the legend', () => {
  const figure =
    sketch({ type: 'stacked_area', y: ['y'], series: 'stage' }, { x: 'date', stage: 'text', y: 'items' }, [
      ['2026-03-28', 'closed', '1'],
      ['2026-03-28', 'active', '2'],
      ['2026-03-29', 'active', '4'],
    ]).figure() ?? '';
  expect(figure).toContain('<title>2026-03-28\nactive: 2\nclosed: 1</title>');
  expect(figure).toContain('<title>2026-03-29\nactive: 4\nclosed: 0</title>');
  const legend = figure.slice(figure.indexOf('<figcaption'));
  expect(legend.indexOf('active')).toBeLessThan(legend.indexOf('closed'));
});

test('more series than colours are dashed', () => {
  const columns = Object.fromEntries(['x', ...'abcdefghij'].map((name) => [name, 'number'] as const));
  const figure = sketch({ type: 'line', y: [...'abcdefghij'] }, columns, [
    Array.from({ length: 11 }, (_, i) => String(i)),
    Array.from({ length: 11 }, (_, i) => String(2 * i)),
  ]).figure();
  expect(figure).toContain('<g class="s7"><path class="line"');
  expect(figure).toContain('<g class="s1 dashed"><path class="line"');
});

test('bins have round bounds in the unit that people read', () => {
  const days = [0.5, 1, 1, 3.9, 4].map((value) => value * 86_400);
  expect(binned(days, 4, 86_400).map(({ from, to, count }) => [from / 86_400, to / 86_400, count])).toEqual([
    [0, 1, 1],
    [1, 2, 2],
    [2, 3, 0],
    [3, 4, 2],
  ]);
});

test.each([
  ['2026-03-28T00:00', '2026-03-28T12:00', ['28 Mar', '03:00', '06:00', '09:00', '12:00']],
  ['2026-03-28T05:00', '2026-04-01T05:00', ['29 Mar', '30 Mar', '31 Mar', '1 Apr']],
  ['2026-03-03', '2026-04-15', ['9 Mar', '16 Mar', '23 Mar', '30 Mar', '6 Apr', '13 Apr']],
  ['2025-11-15', '2026-04-15', ['Dec', '2026', 'Feb', 'Mar', 'Apr']],
  ['2019-05-05', '2026-04-15', ['2020', '2021', '2022', '2023', '2024', '2025', '2026']],
])('ticks from %s to %s', (from, to, labels) => {
  const moment = (text: string): number => Date.parse(text.includes('T') ? `${text}Z` : text);
  expect(timeTicks(moment(from), moment(to), 7).map(({ label }) => label)).toEqual(labels);
});

test.each([
  ['short', 5, 'short'],
  ['longer', 5, 'long…'],
  ['two words', 5, 'two…'],
  ['👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 2, '👩‍👩‍👧‍👦…'],
])('%s in %i characters', (text, most, expected) => {
  expect(shortened(text, most)).toBe(expected);
});
