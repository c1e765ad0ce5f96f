import { expect } from 'vitest';
import type { Known } from './catalogue.js';
import type { Selected, Understood } from './promql-tree.js';

type Metrics = ReadonlyMap<string, Known>;

const HISTOGRAM_PARTS = /_(bucket|sum|count)$/;
/** What every scrape adds. */
const TARGET_LABELS = ['job', 'instance', 'pod'];
const OF_COUNTERS = ['rate', 'increase', 'irate', 'resets'];

/** Counters that are shown as they stand, and why. */
const AS_THEY_STAND: Readonly<Record<string, string>> = {
  taiga_sprint_scope_points_total: 'it counts from the beginning of its sprint',
  bugflow_working_seconds_total: 'it is a clock',
};

function knownAs(metric: string, metrics: Metrics): Known | undefined {
  return metrics.get(metric) ?? metrics.get(metric.replace(HISTOGRAM_PARTS, ''));
}

function labelsOf({ metric }: Selected, metrics: Metrics): readonly string[] {
  return [...(knownAs(metric, metrics)?.labels ?? []), ...(metric.endsWith('_bucket') ? ['le'] : [])];
}

export function expectKnownMetrics({ selected }: Understood, metrics: Metrics): void {
  const unknown = selected.map(({ metric }) => metric).filter((metric) => !knownAs(metric, metrics));
  expect(unknown).toEqual([]);
  const whole = selected
    .map(({ metric }) => metric)
    .filter((metric) => /histogram|distribution/.test(metrics.get(metric)?.nature ?? ''));
  expect(whole, 'a histogram is read by its parts').toEqual([]);
}

/** `legend`: what shows labels beside the expression, as `{{status}}`. */
export function expectKnownLabels(
  { selected, grouped, made }: Understood,
  metrics: Metrics,
  legend = '',
): void {
  for (const each of selected) {
    const unknown = each.labels.filter(
      (label) => ![...labelsOf(each, metrics), ...TARGET_LABELS].includes(label),
    );
    expect(unknown, each.metric).toEqual([]);
  }
  const all = [...selected.flatMap((each) => labelsOf(each, metrics)), ...made, ...TARGET_LABELS];
  expect(grouped.filter((label) => !all.includes(label))).toEqual([]);
  const named = [...legend.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, label = '']) => label);
  expect(named.filter((label) => !all.includes(label))).toEqual([]);
}

/** Gauges are not counted with, and counters are not shown as they stand. */
export function expectTreatedAsWhatTheyAre({ selected }: Understood, metrics: Metrics): void {
  for (const { metric, within, subtracted, overRange } of selected) {
    const nature = knownAs(metric, metrics)?.nature;
    const differentiated = within.some((name) => OF_COUNTERS.includes(name));
    if (nature === 'gauge' || nature === 'distribution') {
      expect(differentiated, `${metric} is no counter`).toBe(false);
    } else if (!(metric in AS_THEY_STAND)) {
      // Counted as a witness that it was recorded, or compared with an earlier moment.
      const witness = overRange && within[1] === 'count';
      expect(differentiated || subtracted || witness, `${metric} only grows`).toBe(true);
    }
    if (nature === 'distribution') expect(overRange, `${metric} tells of one moment`).toBe(false);
  }
}
