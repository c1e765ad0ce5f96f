import type { MetricDefinition } from './definition.js';

/** `{project="webshop",kind="task"}`, escaped as the exposition formats want it; empty without labels. */
export type LabelBlock = string;

export interface Distribution {
  /** Observations per bucket, not cumulated; the last element counts those above the last bound. */
  readonly counts: number[];
  sum: number;
}

/** One metric's series as of one moment. Immutable once published. */
export type MetricFamily =
  | { readonly metric: MetricDefinition; readonly values: ReadonlyMap<LabelBlock, number> }
  | { readonly metric: MetricDefinition; readonly distributions: ReadonlyMap<LabelBlock, Distribution> };

/** How many lines of the exposition a family takes. */
export function countSeries(family: MetricFamily): number {
  return 'values' in family
    ? family.values.size
    : family.distributions.size * seriesPerDistribution(family.metric);
}

/** The buckets, +Inf, `_sum` and `_count`. */
export function seriesPerDistribution(metric: MetricDefinition): number {
  return metric.buckets.length + 3;
}

/** Renders labels in the order given; both text formats escape alike. */
export function labelBlock(names: readonly string[], values: readonly string[]): LabelBlock {
  if (names.length === 0) return '';
  return `{${names.map((name, i) => `${name}="${escapeLabelValue(values[i] ?? '')}"`).join(',')}}`;
}

function escapeLabelValue(value: string): string {
  return /[\\"\n]/.test(value)
    ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
    : value;
}
