import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createAccumulator } from '../../src/collectors/accumulator.js';
import type { CollectorDefinition } from '../../src/collectors/definition.js';
import { countSeries, type Distribution, type MetricFamily } from '../../src/collectors/families.js';
import { parseNumber } from '../../src/collectors/row-values.js';
import type { Row } from '../../src/database/database.js';
import { collector, errorOf, metric } from './helpers.js';

const COLUMNS = [{ name: 'project' }, { name: 'items' }];

function build(
  rows: readonly Row[],
  change: Partial<CollectorDefinition> = {},
  columns = COLUMNS,
): MetricFamily[] {
  const accumulator = createAccumulator(collector({ shipped: false, ...change }), 'now');
  accumulator.add(columns, rows);
  return accumulator.families();
}

function valuesOf(families: readonly MetricFamily[]): Record<string, number> {
  const [family] = families;
  return family && 'values' in family ? Object.fromEntries(family.values) : {};
}

function distributionsOf(families: readonly MetricFamily[]): Record<string, Distribution> {
  const [family] = families;
  return family && 'distributions' in family ? Object.fromEntries(family.distributions) : {};
}

describe('a counter of `now`', () => {
  const metrics = [metric({ type: 'counter', name: 'team_commits_total' })];

  test('shows what the database counted, to the bit', () => {
    const rows = ['0', '12345678901234567890', '0.1', 'Infinity'].map((value) => [value, value]);
    expect(valuesOf(build(rows, { metrics }))).toEqual({
      0: 0,
      '12345678901234567890': 12_345_678_901_234_567_000,
      '0.1': 0.1,
      Infinity: Number.POSITIVE_INFINITY,
    });
  });

  test.each([
    ['below 0', [['a', '-1']], 'COLLECTOR_VALUE'],
    ['that is NaN', [['a', 'NaN']], 'COLLECTOR_VALUE'],
    [
      'twice for one series',
      [
        ['a', '1'],
        ['a', '2'],
      ],
      'COLLECTOR_DUPLICATE_SERIES',
    ],
  ])('has no value %s', async (_, rows, code) => {
    expect((await errorOf(() => build(rows, { metrics }))).code).toBe(code);
  });
});

describe('values', () => {
  test.each([
    ['0', 0],
    ['-0.5', -0.5],
    ['12345678901234567890', 12_345_678_901_234_567_000],
    ['1e-400', 0],
    ['1.7976931348623157e308', Number.MAX_VALUE],
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['-Infinity', Number.NEGATIVE_INFINITY],
    ['true', 1],
    ['false', 0],
  ])('%s is taken', (text, value) => {
    expect(valuesOf(build([['webshop', text]]))).toEqual({ webshop: value });
  });

  test('NULL gives no sample', () => {
    expect(
      valuesOf(
        build([
          ['webshop', null],
          ['app', '1'],
        ]),
      ),
    ).toEqual({ app: 1 });
  });

  test('no rows give an empty family', () => {
    expect(build([])).toEqual([{ metric: metric(), values: new Map() }]);
  });

  test.each([
    '',
    ' ',
    'many',
    '1,5',
    '0x10',
    '1_000',
    '12 days',
    '2026-03-01',
    '1e400',
    `-1${'0'.repeat(400)}`,
    'inf',
  ])('%j is refused', async (text) => {
    const error = await errorOf(() => build([['webshop', text]]));
    expect(error.code).toBe('COLLECTOR_VALUE');
    expect(error.place).toEqual({ file: '/etc/bugflow/items.yaml', line: 4 });
  });

  test('the refusal says what, where and how to fix it', async () => {
    const error = await errorOf(() => build([['webshop', '12 days']]));
    expect(error.message).toBe(
      '/etc/bugflow/items.yaml:4: column "items" of metric "team_items" holds 12 days, which is not a number that fits a double; cast or round it in the SQL (a time span: EXTRACT(EPOCH FROM …))',
    );
  });

  test('a long text is shown in part', async () => {
    const error = await errorOf(() => build([['webshop', 'x\n'.repeat(5000)]]));
    expect(error.message.length).toBeLessThan(600);
  });

  test('every double comes through as JavaScript and PostgreSQL write it', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        // -0 is written as 0.
        expect(parseNumber(String(value))).toBe(value + 0);
      }),
    );
  });
});

describe('labels', () => {
  test('NULL is the empty text', () => {
    expect(valuesOf(build([[null, '1']]))).toEqual({ '': 1 });
  });

  test('a metric without labels has one series', () => {
    expect(valuesOf(build([['webshop', '3']], { metrics: [metric({ labels: [] })] }))).toEqual({ '': 3 });
  });

  test('columns are found by name, those that no metric wants are left alone', () => {
    const columns = [{ name: 'extra' }, { name: 'items' }, { name: 'project' }];
    expect(valuesOf(build([['x', '3', 'webshop']], {}, columns))).toEqual({ webshop: 3 });
  });

  test('several metrics share the rows', () => {
    const families = build(
      [
        ['webshop', '3'],
        ['app', '4'],
      ],
      { metrics: [metric(), metric({ name: 'team_twins' })] },
    );
    expect(families.map((family) => countSeries(family))).toEqual([2, 2]);
  });
});

describe('a missing column', () => {
  test.each([
    ['label', metric({ labels: ['project', 'kind'] }), 'kind'],
    ['value', metric({ value: 'amount' }), 'amount'],
  ])('of a %s', async (_name, definition, column) => {
    const error = await errorOf(() => build([], { metrics: [definition] }));
    expect(error.code).toBe('COLLECTOR_COLUMN_MISSING');
    expect(error.message).toBe(
      `/etc/bugflow/items.yaml:4: metric "team_items" needs the column "${column}", which the SQL does not return (it returns project, items)`,
    );
  });
});

describe('duplicates', () => {
  test('are refused, with the series', async () => {
    const rows: Row[] = [
      ['web "shop"', '1'],
      ['app', '1'],
      ['web "shop"', '1'],
    ];
    const error = await errorOf(() => build(rows));
    expect(error.code).toBe('COLLECTOR_DUPLICATE_SERIES');
    expect(error.message).toBe(
      '/etc/bugflow/items.yaml:4: metric "team_items" has two rows for {project="web \\"shop\\""}; GROUP BY its labels in the SQL',
    );
  });

  test('NULL and the empty text are the same label', async () => {
    const error = await errorOf(() =>
      build([
        [null, '1'],
        ['', '2'],
      ]),
    );
    expect(error.code).toBe('COLLECTOR_DUPLICATE_SERIES');
  });

  test('of a metric without labels', async () => {
    const error = await errorOf(() =>
      build(
        [
          ['a', '1'],
          ['b', '2'],
        ],
        { metrics: [metric({ labels: [] })] },
      ),
    );
    expect(error.message).toContain('has two rows for no labels;');
  });

  test('labels that only look alike are different', () => {
    const columns = [{ name: 'a' }, { name: 'b' }, { name: 'items' }];
    const rows: Row[] = [
      ['x",b="y', 'z', '1'],
      ['x', 'y",b="z', '2'],
      ['x\\', 'n', '3'],
      ['x', '\n', '4'],
      ['x', '\\n', '5'],
    ];
    const families = build(rows, { metrics: [metric({ labels: ['a', 'b'] })] }, columns);
    expect(Object.values(valuesOf(families))).toEqual([1, 2, 3, 4, 5]);
  });
});

describe('max_series', () => {
  const rows: Row[] = Array.from({ length: 11 }, (_, i) => [`p${i}`, '1']);

  test('is a limit that may be reached', () => {
    expect(Object.keys(valuesOf(build(rows, { maxSeries: 11 })))).toHaveLength(11);
  });

  test('above it the run is refused as a whole', async () => {
    const error = await errorOf(() => build(rows, { maxSeries: 10 }));
    expect(error.code).toBe('COLLECTOR_TOO_MANY_SERIES');
    expect(error.message).toBe(
      '/etc/bugflow/items.yaml: collector "items" yields more than 10 series; group by fewer labels or raise max_series',
    );
  });

  test('is for all metrics of a collector together', async () => {
    const metrics = [metric(), metric({ name: 'team_twins' })];
    expect(build(rows, { metrics, maxSeries: 22 })).toHaveLength(2);
    expect((await errorOf(() => build(rows, { metrics, maxSeries: 21 }))).code).toBe(
      'COLLECTOR_TOO_MANY_SERIES',
    );
  });

  test('counts every line of a histogram, once a distribution', async () => {
    const metrics = [metric({ type: 'histogram', buckets: [1, 2] })];
    const twice: Row[] = [...rows, ...rows];
    expect(build(twice, { metrics, maxSeries: 55 }).map(countSeries)).toEqual([55]);
    expect((await errorOf(() => build(twice, { metrics, maxSeries: 54 }))).code).toBe(
      'COLLECTOR_TOO_MANY_SERIES',
    );
  });

  test('of a collector that comes with the service it is for each project', async () => {
    const shipped = { shipped: true, maxSeries: 2, metrics: [metric({ labels: ['project', 'kind'] })] };
    const columns = ['project', 'kind', 'items'].map((name) => ({ name }));
    const of = (project: string, kinds: number): Row[] =>
      Array.from({ length: kinds }, (_, i) => [project, `k${i}`, '1']);
    const many = [...of('a', 2), ...of('b', 2), ...of('c', 1)];
    expect(build(many, shipped, columns).map(countSeries)).toEqual([5]);
    const error = await errorOf(() => build([...of('a', 2), ...of('b', 3)], shipped, columns));
    expect(error.message).toBe(
      '/etc/bugflow/items.yaml: collector "items" yields more than 2 series of project "b"; leave the project out (projects.exclude), or set overrides.items.max_series',
    );
  });

  test('does not count what is NULL', () => {
    expect(valuesOf(build([...rows, ['more', null]], { maxSeries: 11 }))).not.toHaveProperty('more');
  });
});

describe('histograms', () => {
  const metrics = [metric({ type: 'histogram', buckets: [1, 2.5, 10] })];

  test('a value on a bound belongs to the bucket of that bound', () => {
    const rows: Row[] = ['-1', '0', '1', '1.0000001', '2.5', '10', '10.5', '1e9'].map((value) => [
      'webshop',
      value,
    ]);
    expect(distributionsOf(build(rows, { metrics }))).toEqual({
      // The sum is in whole thousandths.
      webshop: { counts: [3, 2, 1, 2], sum: 1_000_000_024 },
    });
  });

  test('NULL is no observation, also the first', () => {
    expect(
      distributionsOf(
        build(
          [
            ['a', null],
            ['b', null],
            ['b', '2'],
          ],
          { metrics },
        ),
      ),
    ).toEqual({ b: { counts: [0, 1, 0, 0], sum: 2 } });
  });

  test.each(['NaN', 'Infinity', '-Infinity'])('%s is refused', async (value) => {
    const error = await errorOf(() => build([['webshop', value]], { metrics }));
    expect(error.code).toBe('COLLECTOR_VALUE');
    expect(error.message).toBe(
      `/etc/bugflow/items.yaml:4: column "items" of histogram "team_items" holds ${value}; leave such rows out in the SQL`,
    );
  });

  test('without bounds everything is in the last bucket', () => {
    const unbounded = [metric({ type: 'histogram', buckets: [] })];
    expect(distributionsOf(build([['a', '7']], { metrics: unbounded }))).toEqual({
      a: { counts: [1], sum: 7 },
    });
  });

  test('counts and sum are those of the observations, in whatever batches they come', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.integer({ min: -5, max: 20 }))), (batches) => {
        const accumulator = createAccumulator(collector({ metrics }), 'now');
        for (const batch of batches)
          accumulator.add(
            COLUMNS,
            batch.map((value): Row => ['p', String(value)]),
          );
        const all = batches.flat();
        const { p: distribution } = distributionsOf(accumulator.families());
        expect(distribution?.sum ?? 0).toBe(all.reduce((sum, value) => sum + value, 0));
        const below = [1, 2.5, 10, Infinity].map((bound) => all.filter((value) => value <= bound).length);
        let cumulated = 0;
        expect((distribution?.counts ?? [0, 0, 0, 0]).map((count) => (cumulated += count))).toEqual(below);
      }),
    );
  });
});
