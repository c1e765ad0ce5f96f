import type { CollectorDefinition, MetricDefinition } from './definition.js';
import { countSeries, type MetricFamily, seriesPerDistribution } from './families.js';
import { labelsOfKey, type SeriesKey } from './labels.js';

/**
 * How many lines of the exposition a collector takes, against `max_series`. A limit guards against a mistake, not against a
 * big Taiga: those of the collectors that come with the service hold for each project.
 */
export interface SeriesCounts {
  add(metric: MetricDefinition, key: SeriesKey, lines: number): void;
  /** What counts against the limit. */
  limited(): number;
  /** The project that has the most. */
  largestProject(): string;
}

export function createSeriesCounts({ shipped }: Pick<CollectorDefinition, 'shipped'>): SeriesCounts {
  const byProject = new Map<string, number>();
  let most = 0;
  let largest = '';
  return {
    add(metric, key, lines) {
      const project = shipped ? projectOf(metric, key) : '';
      const count = (byProject.get(project) ?? 0) + lines;
      byProject.set(project, count);
      if (count <= most) return;
      most = count;
      largest = project;
    },
    limited: () => most,
    largestProject: () => largest,
  };
}

/** How many of these families' lines count against the limit. */
export function countLimited(definition: CollectorDefinition, families: readonly MetricFamily[]): number {
  if (!definition.shipped) return families.reduce((sum, family) => sum + countSeries(family), 0);
  const counts = createSeriesCounts(definition);
  for (const family of families) {
    const isHistogram = 'distributions' in family;
    const lines = isHistogram ? seriesPerDistribution(family.metric) : 1;
    for (const key of (isHistogram ? family.distributions : family.values).keys())
      counts.add(family.metric, key, lines);
  }
  return counts.limited();
}

function projectOf({ labels }: MetricDefinition, key: SeriesKey): string {
  const index = labels.indexOf('project');
  return index < 0 ? '' : (labelsOfKey(labels, key).values[index] ?? '');
}
