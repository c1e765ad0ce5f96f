import type { Column, Row } from '../database/database.js';
import { BugflowError } from '../errors.js';
import type { CollectorDefinition, MetricDefinition } from './definition.js';
import {
  type Distribution,
  type LabelBlock,
  labelBlock,
  type MetricFamily,
  seriesPerDistribution,
} from './families.js';
import { locateColumns, preview, readLabels, readValue, type Target } from './row-values.js';

/** Turns the rows of one run into families; refuses the run as a whole when a row cannot be right. */
export interface FamilyBuilder {
  /** @throws BugflowError */
  add(columns: readonly Column[], rows: readonly Row[]): void;
  finish(): MetricFamily[];
}

interface Collected extends Target {
  readonly values: Map<LabelBlock, number>;
  readonly distributions: Map<LabelBlock, Distribution>;
}

export function createFamilyBuilder(definition: CollectorDefinition): FamilyBuilder {
  let targets: Collected[] | undefined;
  let seriesCount = 0;

  const countSeries = (added: number): void => {
    seriesCount += added;
    if (seriesCount > definition.maxSeries) throw tooManySeries(definition);
  };

  return {
    add(columns, rows) {
      targets ??= definition.metrics.map((metric) => ({
        ...locateColumns(metric, columns),
        values: new Map(),
        distributions: new Map(),
      }));
      for (const row of rows) {
        for (const target of targets) {
          const value = readValue(target, row);
          if (value === undefined) continue;
          const labels = labelBlock(target.metric.labels, readLabels(target, row));
          if (target.metric.type === 'histogram') {
            if (observe(target, labels, value)) countSeries(seriesPerDistribution(target.metric));
          } else {
            if (target.values.has(labels)) throw duplicate(target.metric, labels);
            target.values.set(labels, value);
            countSeries(1);
          }
        }
      }
    },
    finish: () =>
      (targets ?? []).map(({ metric, values, distributions }) =>
        metric.type === 'histogram' ? { metric, distributions } : { metric, values },
      ),
  };
}

/** Counts an observation; true if it began a new distribution. */
function observe({ metric, distributions }: Collected, labels: LabelBlock, value: number): boolean {
  const known = distributions.get(labels);
  const distribution = known ?? { counts: new Array<number>(metric.buckets.length + 1).fill(0), sum: 0 };
  const bucket = metric.buckets.findIndex((bound) => value <= bound);
  const index = bucket < 0 ? metric.buckets.length : bucket;
  distribution.counts[index] = (distribution.counts[index] ?? 0) + 1;
  distribution.sum += value;
  if (!known) distributions.set(labels, distribution);
  return !known;
}

export function tooManySeries(definition: CollectorDefinition): BugflowError {
  return new BugflowError(
    'COLLECTOR_TOO_MANY_SERIES',
    `collector "${definition.name}" yields more than ${definition.maxSeries} series; group by fewer labels or raise max_series`,
    { place: { file: definition.file } },
  );
}

function duplicate(metric: MetricDefinition, labels: LabelBlock): BugflowError {
  return new BugflowError(
    'COLLECTOR_DUPLICATE_SERIES',
    `metric "${metric.name}" has two rows for ${preview(labels || 'no labels')}; GROUP BY its labels in the SQL`,
    { place: metric.place },
  );
}
