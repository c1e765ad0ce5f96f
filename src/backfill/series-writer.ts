import { type Account, addValue, shownValue } from '../collectors/account.js';
import { createAccumulator } from '../collectors/accumulator.js';
import type { CollectorDefinition, MetricDefinition } from '../collectors/definition.js';
import { joinLabels, type Labels, labelsOf, labelsOfKey } from '../collectors/labels.js';
import type { Column, Row } from '../database/database.js';
import { formatBound } from '../exposition/format.js';
import { type Ages, sinceUs } from './ages.js';
import type { Change, Series } from './timeline.js';

/** The beginning or end of a row's effect. */
export interface Edge {
  /** Unix milliseconds. */
  readonly atMs: number;
  /** 1 where a span begins or an event happened, -1 where the span ended. */
  readonly sign: number;
  /** The beginning of the span, in Unix microseconds. */
  readonly beginsUs: number;
  /** The end of the span if it has ended by now; else Infinity. */
  readonly endsMs: number;
}

/** Converts a collector's rows of the past, in order of time, to changes of its series. */
export interface SeriesWriter {
  /** Finds the columns. @throws BugflowError when one is missing */
  expect(columns: readonly Column[]): void;
  /** Adds the changes from a row of `spans` or `events`. @throws BugflowError when it cannot be right */
  write(row: Row, edge: Edge, changes: Change[]): void;
  /** Opens the series that a row of `zeros` names. @throws BugflowError */
  open(columns: readonly Column[], row: Row, atMs: number, changes: Change[]): void;
  /** Writes the current numbers of an account of ages. */
  writeAged(account: Account, atMs: number, changes: Change[]): void;
}

export function createSeriesWriter(
  definition: CollectorDefinition,
  series: Series[],
  targetLabels: Labels,
  ages: Ages,
): SeriesWriter {
  const lines = new Map(definition.metrics.map((metric) => [metric, linesOf(metric)]));
  const linesFor = ({ metric }: Account): readonly Line[] => lines.get(metric) ?? [];
  /** The index in the timeline of each account's first series. */
  const firstSeries = new Map<Account, number>();
  const accumulator = createAccumulator(definition, definition.events ? 'events' : 'spans', (account) => {
    firstSeries.set(account, series.length);
    const { metric, key } = account;
    const labels = labelsOfKey(metric.labels, key);
    const joined = joinLabels(labels, targetLabels);
    for (const { suffix, bound } of linesFor(account)) {
      series.push({
        name: metric.name + suffix,
        labels: bound === undefined ? joined : joinLabels(joinLabels(labels, bound), targetLabels),
        isCumulative: definition.events !== undefined,
      });
    }
    opened.add(account);
  });
  /** How many rows a gauge has now. With none it has no value instead of 0: such as a sprint that is no longer current. */
  const held = new Map<Account, number>();
  /** Accounts of which nothing was written yet: their first change writes all lines, also those with 0. */
  const opened = new Set<Account>();

  const writeLine = (account: Account, line: number, cell: number, atMs: number, changes: Change[]): void => {
    changes.push({ atMs, series: (firstSeries.get(account) ?? 0) + line, value: shownValue(account, cell) });
  };
  const writeWhole = (account: Account, atMs: number, changes: Change[]): void => {
    opened.delete(account);
    for (const [line, { cell }] of linesFor(account).entries()) writeLine(account, line, cell, atMs, changes);
  };
  /** Ends the samples of an account until it has a row again. */
  const writeNothing = (account: Account, atMs: number, changes: Change[]): void => {
    opened.add(account);
    const first = firstSeries.get(account) ?? 0;
    for (const line of linesFor(account).keys())
      changes.push({ atMs, series: first + line, value: Number.NaN });
  };
  const isAge = (account: Account): boolean =>
    account.metric.type === 'histogram' && definition.spans !== undefined;

  return {
    expect: accumulator.expect,

    write(row, { atMs, sign, beginsUs, endsMs }, changes) {
      accumulator.read(row, (account, value) => {
        if (isAge(account)) {
          const aging = { account, sinceUs: sinceUs(value, beginsUs) };
          if (sign > 0) ages.enter(aging, atMs, endsMs);
          else ages.leave(aging, atMs);
          return;
        }
        const before = [...account.cells];
        addValue(account, account.cells, value, sign);
        if (definition.spans) {
          const rows = (held.get(account) ?? 0) + sign;
          held.set(account, rows);
          if (rows === 0) {
            writeNothing(account, atMs, changes);
            return;
          }
        }
        if (opened.has(account)) {
          writeWhole(account, atMs, changes);
          return;
        }
        for (const [line, { cell }] of linesFor(account).entries())
          if (account.cells[cell] !== before[cell]) writeLine(account, line, cell, atMs, changes);
      });
    },

    open(columns, row, atMs, changes) {
      accumulator.open(columns, [row]);
      for (const account of opened) writeWhole(account, atMs, changes);
    },

    writeAged(account, atMs, changes) {
      // As in the live service: a distribution without observations is missing.
      if (account.cells[account.metric.buckets.length] === 0) {
        writeNothing(account, atMs, changes);
        return;
      }
      opened.delete(account);
      const sumAt = ages.sumOf(account);
      for (const [line, { suffix, cell }] of linesFor(account).entries())
        if (suffix !== '_sum') writeLine(account, line, cell, atMs, changes);
        else
          changes.push({
            atMs,
            series: (firstSeries.get(account) ?? 0) + line,
            value: sumAt(atMs),
            valueAt: sumAt,
          });
    },
  };
}

interface Line {
  readonly suffix: string;
  /** A bucket's upper bound. */
  readonly bound?: Labels;
  /** The index of the account's number that it shows. */
  readonly cell: number;
}

/** The lines in the exposition of an account of this metric. */
function linesOf({ type, buckets }: MetricDefinition): readonly Line[] {
  if (type !== 'histogram') return [{ suffix: '', cell: 0 }];
  const bounds = [...buckets, Number.POSITIVE_INFINITY].map(formatBound);
  return [
    ...bounds.map((bound, cell) => ({ suffix: '_bucket', bound: labelsOf({ le: bound }), cell })),
    { suffix: '_sum', cell: bounds.length },
    { suffix: '_count', cell: bounds.length - 1 },
  ];
}
