import type { Distribution, LabelBlock, MetricFamily } from '../collectors/families.js';
import { formatBound, type Sample, type SampleFamily } from './format.js';

/** A collector's family as lines of the exposition. */
export function toSampleFamily(family: MetricFamily): SampleFamily {
  const { name, type, help } = family.metric;
  return {
    name,
    type,
    help: help.trim(),
    samples: () =>
      'values' in family
        ? valueSamples(family.values)
        : distributionSamples(family.distributions, family.metric.buckets),
  };
}

function* valueSamples(values: ReadonlyMap<LabelBlock, number>): Iterable<Sample> {
  for (const [labels, value] of values) yield { suffix: '', labels, value };
}

function* distributionSamples(
  distributions: ReadonlyMap<LabelBlock, Distribution>,
  buckets: readonly number[],
): Iterable<Sample> {
  const bounds = [...buckets, Number.POSITIVE_INFINITY].map(formatBound);
  for (const [labels, { counts, sum }] of distributions) {
    let cumulated = 0;
    for (const [i, bound] of bounds.entries()) {
      cumulated += counts[i] ?? 0;
      yield { suffix: '_bucket', labels: withBound(labels, bound), value: cumulated };
    }
    yield { suffix: '_sum', labels, value: sum };
    yield { suffix: '_count', labels, value: cumulated };
  }
}

function withBound(labels: LabelBlock, bound: string): LabelBlock {
  return labels === '' ? `{le="${bound}"}` : `${labels.slice(0, -1)},le="${bound}"}`;
}
