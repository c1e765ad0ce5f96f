import type { CollectorDefinition, MetricDefinition } from './definition.js';
import { countSeries, type MetricFamily, seriesPerDistribution } from './families.js';
import { labelsOfKey, type SeriesKey } from './labels.js';

/**
 * Counts a collector's lines in the exposition against `max_series`. The limit guards against mistakes, not against a big
 * Taiga: for shipped collectors it applies to each project.
 */
export interface SeriesCounts {
  add(metric: MetricDefinition, key: SeriesKey, lines: number): void;
  /** The number that counts against the limit. */
  limited(): number;
  /** The project with the most series. */
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

/** How many lines of these families count against the limit. */
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
