import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { labelPairs } from '../../src/backfill/labels.js';
import { createAccumulator } from '../../src/collectors/accumulator.js';
import { joinLabels, labelsOf, labelsOfKey, renderLabels, seriesKey } from '../../src/collectors/labels.js';
import { renderFamilies } from '../../src/exposition/format.js';
import { toSampleFamily } from '../../src/exposition/sample-families.js';
import { parseExposition } from '../support/exposition-parser.js';
import { collector, metric } from './helpers.js';

const NAMES = ['a', 'b', 'c'];
const SQL = { text: 'SELECT …', file: 'items.yaml', line: 1 };

/** What PostgreSQL can hold: anything but NUL. Often what keys, quotes and escapes could be confused by. */
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom('"', '\\', '\n', ',', '=', '{', '}', ' ', '\u0001', 'a', '0', '|') }),
  fc.string({ unit: 'binary' }).map((any) => any.replaceAll('\0', '')),
  fc.constant(''),
);
const values = fc.tuple(text, text, text);

describe('the key of a series', () => {
  test('tells series apart as their values do, and gives them back', () => {
    fc.assert(
      fc.property(values, values, (one, other) => {
        expect(seriesKey(one) === seriesKey(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
        expect(labelsOfKey(NAMES, seriesKey(one))).toEqual({ names: NAMES, values: one });
      }),
    );
  });

  test.each([0, 1, 2, 7])('holds %i values, also where all are empty', (count) => {
    const names = Array.from({ length: count }, (_, i) => `label_${i}`);
    const empty = names.map(() => '');
    expect(labelsOfKey(names, seriesKey(empty))).toEqual({ names, values: empty });
  });
});

test('rows with the same labels are one series, all others are different ones', async () => {
  const counter = metric({ type: 'counter', name: 'moves_total', labels: NAMES, value: undefined });
  await fc.assert(
    fc.asyncProperty(fc.array(values, { maxLength: 12 }), async (rows) => {
      const accumulator = createAccumulator(collector({ metrics: [counter], events: SQL }), 'events');
      accumulator.add(
        ['key', ...NAMES].map((name) => ({ name })),
        [...rows, ...rows].map((row) => ['issues.issue:1', ...row]),
      );
      const rendered = await renderFamilies(accumulator.families().map(toSampleFamily), 'text');
      const [family] = parseExposition(rendered.toString('utf8'), 'text');
      const counts = new Map<string, number>();
      for (const row of rows) counts.set(JSON.stringify(row), (counts.get(JSON.stringify(row)) ?? 0) + 2);
      expect(
        new Map(family?.samples.map(({ labels, value }) => [JSON.stringify(Object.values(labels)), value])),
      ).toEqual(counts);
    }),
  );
});

test('labels are joined and rendered in the order given', () => {
  const labels = joinLabels(labelsOf({ project: 'a "b"\\\n', kind: '' }), labelsOf({ le: '+Inf' }));
  expect(renderLabels(labels)).toBe('{project="a \\"b\\"\\\\\\n",kind="",le="+Inf"}');
  expect(renderLabels(labelsOf({}))).toBe('');
});

test('Prometheus stores what is not empty, sorted by name, as it was', () => {
  fc.assert(
    fc.property(values, ([a, b, c]) => {
      const pairs = labelPairs({ name: 'items', labels: labelsOf({ c, a, Z: 'z', b }) });
      const expected = Object.entries({ Z: 'z', __name__: 'items', a, b, c });
      expect(pairs).toEqual(expected.filter(([, value]) => value !== ''));
    }),
  );
});
