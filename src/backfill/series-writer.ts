import { type Account, addValue, shownValue } from '../collectors/account.js';
import { type Accumulator, createAccumulator } from '../collectors/accumulator.js';
import type { CollectorDefinition, MetricDefinition } from '../collectors/definition.js';
import type { LabelBlock } from '../collectors/families.js';
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

/** The writer of a collector's `spans` or `events`, and that of its `zeros`. */
export interface CollectorWriter extends SeriesWriter {
  readonly zeros: SeriesWriter;
}

export function createSeriesWriter(
  definition: CollectorDefinition,
  series: Series[],
  targetLabels: LabelBlock,
): CollectorWriter {
  const lines = new Map(definition.metrics.map((metric) => [metric, linesOf(metric)]));
  const linesFor = ({ metric }: Account): readonly Line[] => lines.get(metric) ?? [];
  /** Index of the first of each account's series in the timeline. */
  const firstSeries = new Map<Account, number>();
  const accumulator = createAccumulator(definition, definition.events ? 'events' : 'spans', (account) => {
    firstSeries.set(account, series.length);
    for (const { suffix, bound } of linesFor(account)) {
      const labels = bound === undefined ? account.labels : joinLabels(account.labels, `{le="${bound}"}`);
      series.push({
        name: account.metric.name + suffix,
        labels: joinLabels(labels, targetLabels),
        isCumulative: definition.events !== undefined,
      });
    }
    opened.add(account);
  });
  /** Accounts of which nothing was written yet: they appear whole, with the lines that are 0. */
  const opened = new Set<Account>();
  let momentIndex = -1;
  let signIndex = -1;

  const writeWhole = (account: Account, atMs: number, changes: Change[]): void => {
    opened.delete(account);
    const first = firstSeries.get(account) ?? 0;
    for (const [line, { cell }] of linesFor(account).entries())
      changes.push({ atMs, series: first + line, value: shownValue(account, cell) });
  };

  return {
    zeros: createZerosWriter(accumulator, (atMs, changes) => {
      for (const account of opened) writeWhole(account, atMs, changes);
    }),

    expect(columns) {
      accumulator.expect(columns);
      momentIndex = indexOf(columns, 'moment');
      signIndex = indexOf(columns, 'sign');
    },

    moment: (row) => Number(row[momentIndex]),

    write(row, atMs, changes) {
      const sign = signIndex < 0 ? 1 : Number(row[signIndex]);
      accumulator.read(row, (account, value) => {
        const before = [...account.cells];
        addValue(account, account.cells, value, sign);
        if (opened.has(account)) {
          writeWhole(account, atMs, changes);
          return;
        }
        const first = firstSeries.get(account) ?? 0;
        for (const [line, { cell }] of linesFor(account).entries())
          if (account.cells[cell] !== before[cell])
            changes.push({ atMs, series: first + line, value: shownValue(account, cell) });
      });
    },
  };
}

/** Opens the series that a row of `zeros` names; `writeOpened` writes those that were not there before. */
function createZerosWriter(
  accumulator: Accumulator,
  writeOpened: (atMs: number, changes: Change[]) => void,
): SeriesWriter {
  let columns: readonly Column[] = [];
  return {
    expect(found) {
      columns = found;
    },
    moment: (row) => Number(row[indexOf(columns, 'moment')]),
    write(row, atMs, changes) {
      accumulator.open(columns, [row]);
      writeOpened(atMs, changes);
    },
  };
}

function indexOf(columns: readonly Column[], name: string): number {
  return columns.findIndex((column) => column.name === name);
}

interface Line {
  readonly suffix: string;
  /** Of a bucket: its upper bound. */
  readonly bound?: string;
  /** Which of the account's numbers it shows. */
  readonly cell: number;
}

/** The lines of the exposition that an account of this metric has. */
function linesOf({ type, buckets }: MetricDefinition): readonly Line[] {
  if (type !== 'histogram') return [{ suffix: '', cell: 0 }];
  const bounds = [...buckets, Number.POSITIVE_INFINITY].map(formatBound);
  return [
    ...bounds.map((bound, cell) => ({ suffix: '_bucket', bound, cell })),
    { suffix: '_sum', cell: bounds.length },
    { suffix: '_count', cell: bounds.length - 1 },
  ];
}

function joinLabels(a: LabelBlock, b: LabelBlock): LabelBlock {
  if (a === '' || b === '') return a + b;
  return `${a.slice(0, -1)},${b.slice(1)}`;
}
