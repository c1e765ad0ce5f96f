import { BugflowError } from '../base/errors.js';
import type { Column, Row } from '../database/database.js';
import type { CollectorDefinition, MetricDefinition } from './definition.js';
import { type SeriesKey, seriesKey } from './labels.js';

/** Where in a row a metric finds its labels. */
export interface LabelColumns {
  readonly metric: MetricDefinition;
  readonly labelIndexes: readonly number[];
}

/** Where in a row a metric finds its labels and its value. */
export interface MetricColumns extends LabelColumns {
  /** Absent: each row counts 1. */
  readonly valueIndex: number | undefined;
}

/** @throws BugflowError when the SQL does not return a column that the metric wants. */
export function locateColumns(metric: MetricDefinition, columns: readonly Column[]): MetricColumns {
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
    valueIndex: metric.value === undefined ? undefined : indexOf(metric.value),
  };
}

/** The columns that a collector's metrics are made of. */
export function wantedColumns({ metrics, events }: CollectorDefinition): string[] {
  const ofMetrics = metrics.flatMap(({ labels, value }) => [
    ...labels,
    ...(value === undefined ? [] : [value]),
  ]);
  return [...new Set([...(events ? ['key'] : []), ...ofMetrics])];
}

/** Where the columns have the metric's labels; undefined when they do not have all of them. */
export function locateLabels(metric: MetricDefinition, columns: readonly Column[]): LabelColumns | undefined {
  const labelIndexes = metric.labels.map((label) => columns.findIndex(({ name }) => name === label));
  return labelIndexes.includes(-1) ? undefined : { metric, labelIndexes };
}

/** Where a row of events says whose event it is. @throws BugflowError when the SQL does not. */
export function locateKey({ name, events }: CollectorDefinition, columns: readonly Column[]): number {
  const index = columns.findIndex((column) => column.name === 'key');
  if (index >= 0) return index;
  throw new BugflowError(
    'COLLECTOR_COLUMN_MISSING',
    `collector "${name}": events need the column "key", the history key of the item that each belongs to`,
    { place: events },
  );
}

/** Which of the metric's series the row belongs to; as a label NULL is empty. */
export function readKey({ labelIndexes }: LabelColumns, row: Row): SeriesKey {
  return seriesKey(labelIndexes.map((index) => row[index] ?? ''));
}

/** The row's value; undefined for NULL, which means: no sample. @throws BugflowError */
export function readValue({ metric, valueIndex }: MetricColumns, row: Row): number | undefined {
  if (valueIndex === undefined) return 1;
  const text = row[valueIndex];
  if (text === null || text === undefined) return undefined;
  const value = parseNumber(text);
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

/** Enough of a text to recognise it by. */
export function preview(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
