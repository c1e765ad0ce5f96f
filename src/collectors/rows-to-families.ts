import type { Column, Row } from '../database/database.js';
import { BugflowError, type Place } from '../errors.js';
import type { CollectorDefinition, MetricDefinition } from './definition.js';
import {
  type Distribution,
  type LabelBlock,
  labelBlock,
  type MetricFamily,
  seriesPerDistribution,
} from './families.js';

/** Turns the rows of one run into families; refuses the run as a whole when a row cannot be right. */
export interface FamilyBuilder {
  /** @throws BugflowError */
  add(columns: readonly Column[], rows: readonly Row[]): void;
  finish(): MetricFamily[];
}

interface Target {
  readonly metric: MetricDefinition;
  readonly labelIndexes: readonly number[];
  readonly valueIndex: number;
  readonly values: Map<LabelBlock, number>;
  readonly distributions: Map<LabelBlock, Distribution>;
}

export function createFamilyBuilder(definition: CollectorDefinition): FamilyBuilder {
  let targets: Target[] | undefined;
  let seriesCount = 0;

  const countSeries = (added: number): void => {
    seriesCount += added;
    if (seriesCount > definition.maxSeries) {
      throw new BugflowError(
        'COLLECTOR_TOO_MANY_SERIES',
        `collector "${definition.name}" yields more than ${definition.maxSeries} series; group by fewer labels or raise max_series`,
        { place: { file: definition.file } },
      );
    }
  };

  return {
    add(columns, rows) {
      targets ??= definition.metrics.map((metric) => locateColumns(metric, columns));
      for (const row of rows) {
        for (const target of targets) {
          const value = readValue(target, row);
          if (value === undefined) continue;
          const labels = labelBlock(
            target.metric.labels,
            target.labelIndexes.map((index) => row[index] ?? ''),
          );
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

function locateColumns(metric: MetricDefinition, columns: readonly Column[]): Target {
  const indexOf = (name: string): number => {
    const index = columns.findIndex((column) => column.name === name);
    if (index >= 0) return index;
    throw new BugflowError(
      'COLLECTOR_COLUMN_MISSING',
      `metric "${metric.name}" wants the column "${name}", which the SQL does not return (it returns ${columns.map((column) => column.name).join(', ')})`,
      { place: metric.place },
    );
  };
  return {
    metric,
    labelIndexes: metric.labels.map(indexOf),
    valueIndex: indexOf(metric.value),
    values: new Map(),
    distributions: new Map(),
  };
}

/** The row's value; undefined for NULL, which means: no sample. */
function readValue(target: Target, row: Row): number | undefined {
  const text = row[target.valueIndex];
  if (text === null || text === undefined) return undefined;
  const value = parseNumber(text);
  const { metric } = target;
  if (value === undefined) {
    throw new BugflowError(
      'COLLECTOR_VALUE',
      `column "${metric.value}" of metric "${metric.name}" holds ${preview(text)}, which is not a number that fits a double; cast or round it in the SQL (a time span: EXTRACT(EPOCH FROM …))`,
      { place: metric.place },
    );
  }
  if (metric.type === 'histogram' && !Number.isFinite(value)) {
    throw new BugflowError(
      'COLLECTOR_VALUE',
      `column "${metric.value}" of histogram "${metric.name}" holds ${text}; leave such rows out in the SQL`,
      { place: metric.place },
    );
  }
  return value;
}

/** PostgreSQL's text form of a number or boolean. Undefined also when a finite number is too large for a double. */
export function parseNumber(text: string): number | undefined {
  switch (text) {
    case 'true':
      return 1;
    case 'false':
      return 0;
    case 'NaN':
      return Number.NaN;
    case 'Infinity':
      return Number.POSITIVE_INFINITY;
    case '-Infinity':
      return Number.NEGATIVE_INFINITY;
  }
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** Counts an observation; true if it began a new distribution. */
function observe({ metric, distributions }: Target, labels: LabelBlock, value: number): boolean {
  const known = distributions.get(labels);
  const distribution = known ?? { counts: new Array<number>(metric.buckets.length + 1).fill(0), sum: 0 };
  const bucket = metric.buckets.findIndex((bound) => value <= bound);
  const index = bucket < 0 ? metric.buckets.length : bucket;
  distribution.counts[index] = (distribution.counts[index] ?? 0) + 1;
  distribution.sum += value;
  if (!known) distributions.set(labels, distribution);
  return !known;
}

function duplicate(metric: MetricDefinition, labels: LabelBlock): BugflowError {
  const place: Place = metric.place;
  return new BugflowError(
    'COLLECTOR_DUPLICATE_SERIES',
    `metric "${metric.name}" has two rows for ${preview(labels || 'no labels')}; GROUP BY its labels in the SQL`,
    { place },
  );
}

function preview(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
