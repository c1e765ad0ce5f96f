import { beforeAll, describe, expect, test } from 'vitest';
import { type Known, knownMetrics, shippedLibrary } from './catalogue.js';
import { COMMITTED, type Expression, expressionsOf } from './dashboards.js';
import { type Selected, understand } from './promql-tree.js';
import { substitute, TYPICAL } from './substitute.js';

const EXPRESSIONS = COMMITTED.flatMap(expressionsOf);
const HISTOGRAM_PARTS = /_(bucket|sum|count)$/;
/** What every scrape adds. */
const TARGET_LABELS = ['job', 'instance', 'pod'];
const OF_COUNTERS = ['rate', 'increase', 'irate', 'resets'];

/** Counters that are shown as they stand, and why. */
const AS_THEY_STAND: Readonly<Record<string, string>> = {
  taiga_sprint_scope_points_total: 'it counts from the beginning of its sprint',
};

let metrics: ReadonlyMap<string, Known>;

beforeAll(async () => {
  metrics = await knownMetrics(await shippedLibrary());
});

function knownAs(metric: string): Known | undefined {
  return metrics.get(metric) ?? metrics.get(metric.replace(HISTOGRAM_PARTS, ''));
}

function labelsOf({ metric }: Selected): readonly string[] {
  return [...(knownAs(metric)?.labels ?? []), ...(metric.endsWith('_bucket') ? ['le'] : [])];
}

describe.each(EXPRESSIONS)('$where', (expression: Expression) => {
  const { errors, selected, grouped, made } = understand(substitute(expression.text, TYPICAL));

  test('is PromQL', () => {
    expect(errors).toEqual([]);
    expect(expression.text.trim()).not.toBe('');
  });

  test('uses metrics of the catalogue', () => {
    const unknown = selected.map(({ metric }) => metric).filter((metric) => !knownAs(metric));
    expect(unknown).toEqual([]);
    const whole = selected
      .map(({ metric }) => metric)
      .filter((metric) => /histogram|distribution/.test(metrics.get(metric)?.nature ?? ''));
    expect(whole, 'a histogram is read by its parts').toEqual([]);
  });

  test('uses their labels', () => {
    for (const each of selected) {
      const unknown = each.labels.filter((label) => ![...labelsOf(each), ...TARGET_LABELS].includes(label));
      expect(unknown, each.metric).toEqual([]);
    }
    const all = [...selected.flatMap(labelsOf), ...made, ...TARGET_LABELS];
    expect(grouped.filter((label) => !all.includes(label))).toEqual([]);
    const named = [...expression.legend.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, label = '']) => label);
    expect(named.filter((label) => !all.includes(label))).toEqual([]);
  });

  test('treats them as what they are', () => {
    for (const { metric, within, subtracted, overRange } of selected) {
      const nature = knownAs(metric)?.nature;
      const differentiated = within.some((name) => OF_COUNTERS.includes(name));
      if (nature === 'gauge' || nature === 'distribution') {
        expect(differentiated, `${metric} is no counter`).toBe(false);
      } else if (!(metric in AS_THEY_STAND)) {
        // Counted as a witness that it was recorded, or compared with an earlier moment.
        const witness = overRange && within[1] === 'count';
        expect(differentiated || subtracted || witness, `${metric} only grows`).toBe(true);
      }
      if (nature === 'distribution') {
        expect(overRange, `${metric} tells of one moment`).toBe(false);
      }
    }
  });
});

test('every dashboard asks for something', () => {
  for (const each of COMMITTED) expect(expressionsOf(each).length, each.name).toBeGreaterThan(5);
});
