import type { MetricDefinition } from './definition.js';
import type { SeriesKey } from './labels.js';

export interface Distribution {
  /** Observations per bucket, not cumulated; the last element counts those above the last bound. */
  readonly counts: number[];
  sum: number;
}

/** The series of one metric at one moment. Immutable once published. */
export type MetricFamily =
  | { readonly metric: MetricDefinition; readonly values: ReadonlyMap<SeriesKey, number> }
  | { readonly metric: MetricDefinition; readonly distributions: ReadonlyMap<SeriesKey, Distribution> };

/** The number of a family's lines in the exposition. */
export function countSeries(family: MetricFamily): number {
  return 'values' in family
    ? family.values.size
    : family.distributions.size * seriesPerDistribution(family.metric);
}

/** The buckets, +Inf, `_sum` and `_count`. */
export function seriesPerDistribution(metric: MetricDefinition): number {
  return metric.buckets.length + 3;
}
