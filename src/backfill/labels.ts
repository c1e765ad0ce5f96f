import type { Series } from './timeline.js';

export type LabelPair = readonly [name: string, value: string];

/**
 * A series' labels including its name, sorted by name as Prometheus stores and sends them. Labels with an empty value are
 * left out: for Prometheus they do not exist.
 */
export function labelPairs({ name, labels: { names, values } }: Series): LabelPair[] {
  const pairs: LabelPair[] = [['__name__', name]];
  for (const [i, label] of names.entries()) {
    const value = values[i] ?? '';
    if (value !== '') pairs.push([label, value]);
  }
  return pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
