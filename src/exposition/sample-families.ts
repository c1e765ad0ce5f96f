import type { Distribution, MetricFamily } from '../collectors/families.js';
import { labelsOfKey, type SeriesKey } from '../collectors/labels.js';
import { formatBound, type Sample, type SampleFamily } from './format.js';

/** Converts a collector's family to samples for the exposition. */
export function toSampleFamily(family: MetricFamily): SampleFamily {
  const { name, type, help, labels, buckets } = family.metric;
  return {
    name,
    type,
    help: help.trim(),
    samples: () =>
      'values' in family
        ? valueSamples(labels, family.values)
        : distributionSamples(labels, family.distributions, buckets),
  };
}

function* valueSamples(names: readonly string[], values: ReadonlyMap<SeriesKey, number>): Iterable<Sample> {
  for (const [key, value] of values) yield { suffix: '', labels: labelsOfKey(names, key), value };
}

function* distributionSamples(
  names: readonly string[],
  distributions: ReadonlyMap<SeriesKey, Distribution>,
  buckets: readonly number[],
): Iterable<Sample> {
  const bounds = [...buckets, Number.POSITIVE_INFINITY].map(formatBound);
  const withBound = [...names, 'le'];
  for (const [key, { counts, sum }] of distributions) {
    const labels = labelsOfKey(names, key);
    let cumulated = 0;
    for (const [i, bound] of bounds.entries()) {
      cumulated += counts[i] ?? 0;
      const values = [...labels.values, bound];
      yield { suffix: '_bucket', labels: { names: withBound, values }, value: cumulated };
    }
    yield { suffix: '_sum', labels, value: sum };
    yield { suffix: '_count', labels, value: cumulated };
  }
}
