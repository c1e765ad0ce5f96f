import { expect, it } from 'vitest';
import type { ChartDefinition } from '../../src/reports/charts/definition.js';
import type { ColumnDefinition } from '../../src/reports/definition.js';
import { slackChart } from '../../src/reports/posts/slack-chart.js';
import type { Cell } from '../../src/reports/result.js';
import { column, section } from './made-up-result.js';

const day = (i: number): string => new Date(Date.UTC(2026, 0, 1 + i)).toISOString().slice(0, 10);
const days = (count: number, row: (i: number) => readonly Cell[]): (readonly Cell[])[] =>
  Array.from({ length: count }, (_, i) => [day(i), ...row(i)]);

const drawn = (
  chart: Partial<ChartDefinition>,
  columns: readonly ColumnDefinition[],
  rows: readonly (readonly Cell[])[],
) => {
  const whole: ChartDefinition = { type: 'line', x: 'day', y: ['n'], percentiles: [], lines: [], ...chart };
  const found = slackChart(section(columns, rows, { title: 'Flow', shape: 'chart', chart: whole }), 'UTC');
  if (!found) return undefined;
  const { type, series, axis_config } = found.block.chart;
  return {
    type,
    labels: axis_config.categories,
    x: axis_config.x_label,
    y: axis_config.y_label,
    series: Object.fromEntries(series.map(({ name, data }) => [name, data.map(({ value }) => value)])),
    notes: found.notes,
  };
};

const DAY = column('day', 'date');
const N = column('n', 'items');

it('draws bars side by side, nothing where there are no items', () => {
  const rows = [
    ['2026-03-02', 'bug', '3'],
    ['2026-03-01', 'story', '1'],
    ['2026-03-01', 'bug', '2'],
  ];
  expect(drawn({ type: 'bar', series: 'kind' }, [DAY, column('kind'), N], rows)).toEqual({
    type: 'bar',
    labels: ['2026-03-01', '2026-03-02'],
    ...{ x: 'day', y: 'n' },
    series: { bug: [2, 3], story: [1, 0] },
    notes: [],
  });
});

it('stacks areas by adding up, the highest at the back', () => {
  const rows = [
    ['2026-03-01', 'done', '5'],
    ['2026-03-01', 'active', '2'],
    ['2026-03-02', 'active', '4'],
    ['2026-03-02', 'open', '1'],
  ];
  const found = drawn({ type: 'stacked_area', series: 'kind' }, [DAY, column('kind'), N], rows);
  expect(found?.type).toBe('area');
  expect(Object.entries(found?.series ?? {})).toEqual([
    ['open', [7, 5]],
    ['active', [7, 4]],
    ['done', [5, 0]],
  ]);
  expect(found?.notes).toEqual(['each number includes those of the areas below it']);
});

it('adds up the layers that are too many', () => {
  const kinds = Array.from({ length: 8 }, (_, i) => `k${i}`);
  const rows = kinds.map((kind) => ['2026-03-01', kind, '1']);
  const found = drawn({ type: 'stacked_area', series: 'kind' }, [DAY, column('kind'), N], rows);
  expect(found?.series).toEqual({ '3 more': [8], k4: [5], k3: [4], k2: [3], k1: [2], k0: [1] });
  expect(found?.notes[0]).toBe('k5, k6, k7 as one');
});

it.each([
  ['of bars the last days', 'bar', 20, [11, 12], 'the last 20 of 31 (day)'],
  ['of a line some days, from the first to the last', 'line', 20, [0, 2], '20 of 31 (day), evenly spread'],
] as const)('shows %s where they are too many', (_, type, count, first, note) => {
  const found = drawn(
    { type },
    [DAY, N],
    days(31, (i) => [String(i)]),
  );
  expect(found?.labels).toHaveLength(count);
  expect(found?.labels.slice(0, 2)).toEqual(first.map(day));
  expect(found?.series.n?.slice(0, 2)).toEqual(first);
  expect(found?.labels.at(-1)).toBe(day(30));
  expect(new Set(found?.labels).size).toBe(count);
  expect(found?.notes).toEqual([note]);
});

it('shows the first of too many texts, and of those that are the same when they are short each one', () => {
  const rows = Array.from({ length: 25 }, (_, i) => [`waiting for an answer ${i}`, String(i)]);
  const found = drawn({ type: 'bar', x: 'status' }, [column('status'), N], rows);
  expect(new Set(found?.labels).size).toBe(20);
  expect(found?.series.n).toEqual(Array.from({ length: 20 }, (_, i) => i));
  expect(found?.notes).toEqual(['the first 20 of 25 (status)']);
});

it('leaves out the lines that are too many, and names them', () => {
  const names = Array.from({ length: 8 }, (_, i) => `n${i}`);
  const columns = [DAY, ...names.map((name) => column(name, 'items'))];
  const found = drawn({ y: names }, columns, [[day(0), ...names.map(() => '1')]]);
  expect(Object.keys(found?.series ?? {})).toEqual(names.slice(0, 6));
  expect(found?.notes).toEqual(['without n6, n7']);
});

it('draws a line only where all have a value, and not where that is the smaller part', () => {
  const columns = [DAY, N, column('ideal', 'items')];
  const rows = (until: number) => days(10, (i) => [i < until ? String(i) : null, '5']);
  expect(drawn({ y: ['n', 'ideal'] }, columns, rows(6))).toMatchObject({
    series: { n: [0, 1, 2, 3, 4, 5], ideal: [5, 5, 5, 5, 5, 5] },
    notes: ['4 of 10 places left out, where not every line has a value'],
  });
  expect(drawn({ y: ['n', 'ideal'] }, columns, rows(4))).toBeUndefined();
});

it.each([
  ['days', 'duration', ['86400', '129600'], [1, 1.5], 'n (days)'],
  ['minutes', 'duration', ['60', '90'], [1, 1.5], 'n (min)'],
  ['percent', 'share', ['0.125', '1'], [12.5, 100], 'n (%)'],
  ['numbers', 'number', ['1.23456', '-2'], [1.23, -2], 'n'],
] as const)('writes %s', (_, unit, cells, values, label) => {
  const found = drawn(
    {},
    [DAY, column('n', unit)],
    days(2, (i) => [cells[i] ?? null]),
  );
  expect([found?.series.n, found?.y]).toEqual([values, label]);
});

it('says that a bar without a value is no duration of 0', () => {
  const columns = [DAY, column('kind'), column('n', 'duration')];
  const rows = [
    ['2026-03-01', 'bug', '60'],
    ['2026-03-02', 'story', '60'],
  ];
  expect(drawn({ type: 'bar', series: 'kind' }, columns, rows)?.notes).toEqual([
    '0 also where there is no value',
  ]);
});

it.each(['scatter', 'histogram'] as const)('draws no %s', (type) => {
  expect(
    drawn(
      { type },
      [DAY, N],
      days(3, () => ['1']),
    ),
  ).toBeUndefined();
});
