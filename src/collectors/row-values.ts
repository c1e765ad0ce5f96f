import { BugflowError } from '../base/errors.js';
import type { Column, Row } from '../database/database.js';
import type { CollectorDefinition, MetricDefinition } from './definition.js';
import { fitLabelValue } from './label-length.js';
import { type SeriesKey, seriesKey } from './labels.js';

/** The positions of a metric's labels in a row. */
export interface LabelColumns {
  readonly metric: MetricDefinition;
  readonly labelIndexes: readonly number[];
}

/** The positions of a metric's labels and value in a row. */
export interface MetricColumns extends LabelColumns {
  /** Undefined: each row counts 1. */
  readonly valueIndex: number | undefined;
}

/** @throws BugflowError when the SQL does not return a column that the metric needs */
export function locateColumns(metric: MetricDefinition, columns: readonly Column[]): MetricColumns {
  const indexOf = (name: string): number => {
    const index = columns.findIndex((column) => column.name === name);
    if (index >= 0) return index;
    throw new BugflowError(
      'COLLECTOR_COLUMN_MISSING',
      `metric "${metric.name}" needs the column "${name}", which the SQL does not return (it returns ${columns.map((column) => column.name).join(', ')})`,
      { place: metric.place },
    );
  };
  return {
    metric,
    labelIndexes: metric.labels.map(indexOf),
    valueIndex: metric.value === undefined ? undefined : indexOf(metric.value),
  };
}

/** The columns that a collector's metrics use. */
export function wantedColumns({ metrics, events }: CollectorDefinition): string[] {
  const ofMetrics = metrics.flatMap(({ labels, value }) => [
    ...labels,
    ...(value === undefined ? [] : [value]),
  ]);
  return [...new Set([...(events ? ['key'] : []), ...ofMetrics])];
}

/** The positions of the metric's labels; undefined when the columns do not have all of them. */
export function locateLabels(metric: MetricDefinition, columns: readonly Column[]): LabelColumns | undefined {
  const labelIndexes = metric.labels.map((label) => columns.findIndex(({ name }) => name === label));
  return labelIndexes.includes(-1) ? undefined : { metric, labelIndexes };
}

/** The position of the history key in a row of events. @throws BugflowError when the SQL does not return it */
export function locateKey({ name, events }: CollectorDefinition, columns: readonly Column[]): number {
  const index = columns.findIndex((column) => column.name === 'key');
  if (index >= 0) return index;
  throw new BugflowError(
    'COLLECTOR_COLUMN_MISSING',
    `collector "${name}": events need the column "key", the history key of the item that each belongs to`,
    { place: events },
  );
}

/** The series to which the row belongs; a NULL label is empty, one that is too long is cut. */
export function readKey({ labelIndexes }: LabelColumns, row: Row, maxLabelBytes: number): SeriesKey {
  return seriesKey(labelIndexes.map((index) => fitLabelValue(row[index] ?? '', maxLabelBytes)));
}

/** The row's value; undefined for NULL, which means no sample. @throws BugflowError */
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

/** Parses PostgreSQL's text form of a number or boolean. Undefined also when a finite number is too large for a double. */
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

/** A shortened text, long enough to recognize it. */
export function preview(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
