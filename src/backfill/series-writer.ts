import type { CollectorDefinition } from '../collectors/definition.js';
import { type LabelBlock, labelBlock } from '../collectors/families.js';
import { locateColumns, readLabels, readValue, type Target } from '../collectors/row-values.js';
import type { Column, Row } from '../database/database.js';
import { formatBound } from '../exposition/format.js';
import type { Change, Series } from './timeline.js';

/** Turns a collector's rows of the past, in order of time, into changes of its series. */
export interface SeriesWriter {
  /** @throws BugflowError when a column is missing. */
  expect(columns: readonly Column[]): void;
  /** The row's time in Unix milliseconds. */
  moment(row: Row): number;
  /** Adds what the row changes. @throws BugflowError when it cannot be right. */
  write(row: Row, atMs: number, changes: Change[]): void;
}

/** A series, or all the lines of a distribution. */
interface Account {
  /** Index of the first of its series in the timeline. */
  readonly first: number;
  readonly totals: number[];
}

/** Sums of sums: what binary fractions leave over must not show. */
const PRECISION = 1e6;

export function createSeriesWriter(
  definition: CollectorDefinition,
  series: Series[],
  targetLabels: LabelBlock,
): SeriesWriter {
  const accounts = definition.metrics.map(() => new Map<LabelBlock, Account>());
  let targets: Target[] | undefined;
  let momentIndex = -1;
  let signIndex = -1;

  const accountFor = (target: Target, index: number, row: Row): Account => {
    const { metric } = target;
    const labels = labelBlock(metric.labels, readLabels(target, row));
    const known = accounts[index]?.get(labels);
    if (known) return known;
    const account: Account = { first: series.length, totals: [] };
    if (metric.type === 'histogram') {
      for (const bound of [...metric.buckets, Number.POSITIVE_INFINITY].map(formatBound)) {
        series.push({
          name: `${metric.name}_bucket`,
          labels: joinLabels(joinLabels(labels, `{le="${bound}"}`), targetLabels),
        });
      }
      series.push({ name: `${metric.name}_sum`, labels: joinLabels(labels, targetLabels) });
      series.push({ name: `${metric.name}_count`, labels: joinLabels(labels, targetLabels) });
    } else {
      series.push({ name: metric.name, labels: joinLabels(labels, targetLabels) });
    }
    account.totals.push(...new Array<number>(series.length - account.first).fill(0));
    accounts[index]?.set(labels, account);
    return account;
  };

  return {
    expect(columns) {
      if (targets) return;
      targets = definition.metrics.map((metric) => locateColumns(metric, columns));
      momentIndex = columns.findIndex((column) => column.name === 'moment');
      signIndex = columns.findIndex((column) => column.name === 'sign');
    },

    moment: (row) => Number(row[momentIndex]),

    write(row, atMs, changes) {
      const sign = signIndex < 0 ? 1 : Number(row[signIndex]);
      for (const [i, target] of (targets ?? []).entries()) {
        const value = readValue(target, row);
        if (value === undefined) continue;
        const account = accountFor(target, i, row);
        const add = (line: number, amount: number): void => {
          const total = Math.round(((account.totals[line] ?? 0) + amount) * PRECISION) / PRECISION;
          account.totals[line] = total;
          changes.push({ atMs, series: account.first + line, value: total });
        };
        if (target.metric.type !== 'histogram') {
          add(0, sign * value);
          continue;
        }
        const { buckets } = target.metric;
        // A distribution appears whole, with the buckets that its first observation leaves at 0.
        const isFirst = account.totals.at(-1) === 0;
        for (let line = 0; line < buckets.length; line++) {
          const isWithin = value <= (buckets[line] ?? 0);
          if (isWithin || isFirst) add(line, isWithin ? 1 : 0);
        }
        add(buckets.length, 1);
        add(buckets.length + 1, value);
        add(buckets.length + 2, 1);
      }
    },
  };
}

function joinLabels(a: LabelBlock, b: LabelBlock): LabelBlock {
  if (a === '' || b === '') return a + b;
  return `${a.slice(0, -1)},${b.slice(1)}`;
}
