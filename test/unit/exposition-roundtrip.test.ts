import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Distribution, MetricFamily } from '../../src/collectors/families.js';
import { labelsOf, NO_LABELS, seriesKey } from '../../src/collectors/labels.js';
import {
  type Format,
  formatBound,
  formatValue,
  OPENMETRICS_END,
  renderFamilies,
  renderStretches,
  type SampleFamily,
  type Stretch,
} from '../../src/exposition/format.js';
import { toSampleFamily } from '../../src/exposition/sample-families.js';
import {
  type ParsedFamily,
  type ParsedSample,
  parseExposition,
  parseValue,
} from '../support/exposition-parser.js';
import { metric } from './helpers.js';

async function render(families: readonly SampleFamily[], format: Format): Promise<string> {
  const bytes = await renderFamilies(families, format);
  return bytes.toString('utf8') + (format === 'openmetrics' ? OPENMETRICS_END : '');
}

async function roundTrip(families: readonly SampleFamily[], format: Format): Promise<ParsedFamily[]> {
  return parseExposition(await render(families, format), format);
}

const FORMATS: readonly Format[] = ['text', 'openmetrics'];

const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(
      '"',
      '\\',
      '\n',
      '\r',
      'n',
      '{',
      '}',
      ',',
      '=',
      ' ',
      '\t',
      '\u0000',
      '\u001b',
      '\u2028',
      'é',
      '🐛',
    ),
  }),
);
/** No text of PostgreSQL holds a NUL. */
const fromDatabase = nasty.map((text) => text.replaceAll('\0', ''));
const value = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(NaN, Infinity, -Infinity, 0, 1e21, 1e-7, 2 ** 53),
);

/** Series with different values of two labels. */
const series = fc.uniqueArray(fc.tuple(nasty, nasty, value), {
  maxLength: 8,
  selector: ([a, b]) => JSON.stringify([a, b]),
});

// -0 and 0 are the same sample.
const normal = (number: number): number => number + 0;
const byProjectAndStatus = (
  entries: readonly (readonly [string, string, number])[],
  name: string,
): ParsedSample[] =>
  entries.map(([project, status, number]) => ({ name, labels: { project, status }, value: normal(number) }));

const LABELS = ['project', 'status'];

describe.each(FORMATS)('in %s what was rendered is read again', (format) => {
  test('gauges and counters, whatever is in labels and help', async () => {
    await fc.assert(
      fc.asyncProperty(series, series, nasty, async (gauges, counters, help) => {
        const rendered: SampleFamily[] = [
          {
            name: 'team_items',
            type: 'gauge',
            help,
            samples: () =>
              gauges.map(([a, b, number]) => ({
                suffix: '',
                labels: { names: LABELS, values: [a, b] },
                value: number,
              })),
          },
          {
            name: 'team_moves_total',
            type: 'counter',
            help,
            samples: () =>
              counters.map(([a, b, number]) => ({
                suffix: '',
                labels: { names: LABELS, values: [a, b] },
                value: number,
              })),
          },
        ];
        expect(await roundTrip(rendered, format)).toEqual([
          { name: 'team_items', type: 'gauge', help, samples: byProjectAndStatus(gauges, 'team_items') },
          {
            name: format === 'openmetrics' ? 'team_moves' : 'team_moves_total',
            type: 'counter',
            help,
            samples: byProjectAndStatus(counters, 'team_moves_total'),
          },
        ]);
      }),
      { numRuns: 300 },
    );
  });

  test('histograms', async () => {
    const bounds = fc
      .uniqueArray(
        fc.oneof(fc.integer({ min: 1, max: 10_000_000 }), fc.double({ min: 0.001, max: 1e25, noNaN: true })),
        {
          maxLength: 6,
        },
      )
      .map((all) => all.toSorted((a, b) => a - b));
    const observations = fc.array(fc.array(fc.nat(50), { minLength: 7, maxLength: 7 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(bounds, observations, fromDatabase, async (buckets, distributions, project) => {
        const family: MetricFamily = {
          metric: metric({ name: 'team_age_seconds', type: 'histogram', buckets, labels: ['project', 'nr'] }),
          distributions: new Map(
            distributions.map((counts, i): [string, Distribution] => [
              seriesKey([project, String(i)]),
              { counts: counts.slice(0, buckets.length + 1), sum: i + 0.5 },
            ]),
          ),
        };
        const [parsed] = await roundTrip([toSampleFamily(family)], format);
        const expected = distributions.flatMap((all, i): ParsedSample[] => {
          const counts = all.slice(0, buckets.length + 1);
          const labels = { project, nr: String(i) };
          const cumulated = counts.map((_, j) =>
            counts.slice(0, j + 1).reduce((sum, count) => sum + count, 0),
          );
          return [
            ...[...buckets, Infinity].map((bound, j) => ({
              name: 'team_age_seconds_bucket',
              labels: { ...labels, le: formatBound(bound) },
              value: cumulated[j] ?? NaN,
            })),
            { name: 'team_age_seconds_sum', labels, value: i + 0.5 },
            { name: 'team_age_seconds_count', labels, value: cumulated.at(-1) ?? NaN },
          ];
        });
        expect(parsed?.samples).toEqual(expected);
      }),
    );
  });

  test('a label of 10 kB', async () => {
    const long = '"\\\n🐛é x'.repeat(1250);
    const family = toSampleFamily({
      metric: metric(),
      values: new Map([[long, 1]]),
    });
    const [parsed] = await roundTrip([family], format);
    expect(parsed?.samples).toEqual([{ name: 'team_items', labels: { project: long }, value: 1 }]);
  });

  test('a histogram without labels', async () => {
    const family: MetricFamily = {
      metric: metric({ name: 'team_age_seconds', type: 'histogram', buckets: [3600, 0.5e4], labels: [] }),
      distributions: new Map([['', { counts: [1, 0, 2], sum: 9 }]]),
    };
    expect(await render([toSampleFamily(family)], format)).toContain(
      `team_age_seconds_bucket{le="3600.0"} 1
team_age_seconds_bucket{le="5000.0"} 1
team_age_seconds_bucket{le="+Inf"} 3
team_age_seconds_sum 9
team_age_seconds_count 3
`,
    );
  });

  test('more samples than are rendered in one turn', async () => {
    const values = new Map(Array.from({ length: 10_001 }, (_, i) => [`p${i}`, i]));
    const [parsed] = await roundTrip([toSampleFamily({ metric: metric(), values })], format);
    expect(parsed?.samples.map((sample) => sample.value)).toEqual([...values.values()]);
  });
});

describe('the head of a family', () => {
  const family: SampleFamily = {
    name: 'team_moves_total',
    type: 'counter',
    help: 'A "help"\nwith \\n.',
    samples: () => [{ suffix: '', labels: NO_LABELS, value: 3 }],
  };

  test('in the text format', async () => {
    expect(await render([family], 'text')).toBe(
      '# HELP team_moves_total A "help"\\nwith \\\\n.\n# TYPE team_moves_total counter\nteam_moves_total 3\n',
    );
  });

  test('in OpenMetrics: no _total, and quotes are escaped', async () => {
    expect(await render([family], 'openmetrics')).toBe(
      '# HELP team_moves A \\"help\\"\\nwith \\\\n.\n# TYPE team_moves counter\nteam_moves_total 3\n# EOF\n',
    );
  });

  test('stands also where there are no samples', async () => {
    const empty = toSampleFamily({ metric: metric({ help: ' Items.\n' }), values: new Map() });
    expect(await render([empty], 'text')).toBe('# HELP team_items Items.\n# TYPE team_items gauge\n');
  });
});

describe('stretches', () => {
  const stretchesOf = async (...families: SampleFamily[]): Promise<Stretch[]> => {
    const all: Stretch[] = [];
    for await (const stretch of renderStretches(families)) all.push(stretch);
    return all;
  };
  const family = (type: SampleFamily['type'], help: string): SampleFamily => ({
    name: 'team_total',
    type,
    help,
    samples: () => Array.from({ length: 2500 }, (_, value) => ({ suffix: '', labels: NO_LABELS, value })),
  });

  test('hold the samples once, where only heads differ', async () => {
    const stretches = await stretchesOf(
      family('gauge', 'A.'),
      family('counter', 'B.'),
      family('gauge', 'C "c".'),
    );
    const own = stretches.filter(({ text, openmetrics }) => text !== openmetrics);
    expect(own.map(({ text, openmetrics }) => `${text}${openmetrics}`)).toEqual([
      '# HELP team_total B.\n# TYPE team_total counter\n# HELP team B.\n# TYPE team counter\n',
      '# HELP team_total C "c".\n# TYPE team_total gauge\n# HELP team_total C \\"c\\".\n# TYPE team_total gauge\n',
    ]);
    const lines = stretches.map(({ text }) => text.toString().split('\n').length - 1);
    expect(lines.reduce((sum, count) => sum + count, 0)).toBe(3 * 2502);
    expect(Math.max(...lines)).toBeLessThan(2500);
  });

  test('say in both formats what both formats say', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom<SampleFamily['type'][]>('gauge', 'counter', 'histogram'), nasty)),
        async (kinds) => {
          const families = kinds.map(([type, help], i): SampleFamily => {
            const samples = [{ suffix: '', labels: labelsOf({ help }), value: i }];
            return { name: `team_${i}_total`, type, help, samples: () => samples };
          });
          const stretches = await stretchesOf(...families);
          for (const format of FORMATS) {
            const rendered = Buffer.concat(stretches.map((stretch) => stretch[format]));
            const each = await Promise.all(families.map((one) => renderFamilies([one], format)));
            expect(rendered).toEqual(Buffer.concat(each));
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});

test('every double is written so that it can be read', () => {
  fc.assert(
    fc.property(value, (number) => {
      expect(parseValue(formatValue(number))).toBe(normal(number));
    }),
  );
});

test.each([
  [3600, '3600.0'],
  [0.5, '0.5'],
  [1e21, '1e+21'],
  [Infinity, '+Inf'],
])('the bound %d is %s', (bound, text) => {
  expect(formatBound(bound)).toBe(text);
});
