import { BugflowError } from '../base/errors.js';
import type { Column, Row } from '../database/database.js';
import { type Account, addValue, openAccount, toFamily } from './account.js';
import type { CollectorDefinition, MetricDefinition } from './definition.js';
import { type MetricFamily, seriesPerDistribution } from './families.js';
import { labelsOfKey, renderLabels, type SeriesKey } from './labels.js';
import {
  locateColumns,
  locateKey,
  locateLabels,
  type MetricColumns,
  preview,
  readKey,
  readValue,
} from './row-values.js';
import { createSeriesCounts } from './series-counts.js';

/** The collector's SQL from which the rows come. */
export type Shape = 'now' | 'spans' | 'events';

/**
 * Adds up a collector's rows in all its readings: the present, the past, and what happened. The same rows give the same
 * bits, in any order and in any batches. If one row cannot be right, everything is refused.
 */
export interface Accumulator {
  /** Adds rows. @throws BugflowError */
  add(columns: readonly Column[], rows: readonly Row[]): void;
  /** Finds the columns, the first time. @throws BugflowError when one is missing */
  expect(columns: readonly Column[]): void;
  /** Passes on each value of a row with its account, without adding it. @throws BugflowError */
  read(row: Row, take: (account: Account, value: number) => void): void;
  /** Closes accounts, of which nothing is shown or counted any more. */
  close(accounts: ReadonlySet<Account>): void;
  /**
   * Opens the series that rows of `zeros` name, with 0 where nothing was added yet, for each metric whose labels are all
   * among the columns. @throws BugflowError
   */
  open(columns: readonly Column[], rows: readonly Row[]): void;
  families(): MetricFamily[];
}

export function createAccumulator(
  definition: CollectorDefinition,
  shape: Shape,
  /** Called with each account when it is opened. */
  onOpen: (account: Account) => void = () => undefined,
): Accumulator {
  const books = definition.metrics.map((metric) => ({ metric, accounts: new Map<SeriesKey, Account>() }));
  let targets: readonly MetricColumns[] | undefined;
  let counts = createSeriesCounts(definition);

  const count = (metric: MetricDefinition, key: SeriesKey): void =>
    counts.add(metric, key, metric.type === 'histogram' ? seriesPerDistribution(metric) : 1);
  const openNew = ({ metric, accounts }: (typeof books)[number], key: SeriesKey): Account => {
    count(metric, key);
    if (counts.limited() > definition.maxSeries) throw tooManySeries(definition, counts.largestProject());
    // What is only read from `now` shows its row's value unchanged: nothing is ever added to it.
    const isAddedUp = (definition.events ?? definition.spans) !== undefined;
    const inThousandths = metric.type === 'histogram' || isAddedUp;
    const account = openAccount(metric, key, inThousandths);
    accounts.set(key, account);
    onOpen(account);
    return account;
  };

  const accumulator: Accumulator = {
    add(columns, rows) {
      accumulator.expect(columns);
      for (const row of rows)
        accumulator.read(row, (account, value) => addValue(account, account.cells, value));
    },

    expect(columns) {
      if (targets) return;
      if (shape === 'events') locateKey(definition, columns);
      targets = definition.metrics.map((metric) => locateColumns(metric, columns));
    },

    read(row, take) {
      for (const [i, target] of (targets ?? []).entries()) {
        const { metric } = target;
        const book = books[i];
        const value = readValue(target, row);
        if (value === undefined || !book) continue;
        if ((shape === 'events' || metric.type === 'counter') && !(value >= 0)) throw negative(metric, value);
        const key = readKey(target, row, definition.maxLabelBytes);
        const known = book.accounts.get(key);
        if (known && shape === 'now' && metric.type !== 'histogram') throw duplicate(metric, key);
        take(known ?? openNew(book, key), value);
      }
    },

    close(closed) {
      if (closed.size === 0) return;
      counts = createSeriesCounts(definition);
      for (const { metric, accounts } of books) {
        for (const [key, account] of accounts) {
          if (closed.has(account)) accounts.delete(key);
          else count(metric, key);
        }
      }
    },

    open(columns, rows) {
      const named = books.flatMap((book) => {
        const target = locateLabels(book.metric, columns);
        return target ? [{ ...book, ...target }] : [];
      });
      if (named.length === 0) throw noLabelsFor(definition, columns);
      for (const row of rows) {
        for (const book of named) {
          const key = readKey(book, row, definition.maxLabelBytes);
          if (!book.accounts.has(key)) openNew(book, key);
        }
      }
    },

    families: () => books.map(({ metric, accounts }) => toFamily(metric, accounts.values())),
  };
  return accumulator;
}

function tooManySeries(
  { name, shipped, maxSeries, file }: CollectorDefinition,
  project: string,
): BugflowError {
  const advice = shipped
    ? `of project "${project}"; leave the project out (projects.exclude), or set overrides.${name}.max_series`
    : '; group by fewer labels or raise max_series';
  return new BugflowError(
    'COLLECTOR_TOO_MANY_SERIES',
    `collector "${name}" yields more than ${maxSeries} series${shipped ? ' ' : ''}${advice}`,
    { place: { file } },
  );
}

function noLabelsFor({ name, zeros }: CollectorDefinition, columns: readonly Column[]): BugflowError {
  return new BugflowError(
    'COLLECTOR_COLUMN_MISSING',
    `collector "${name}": \`zeros\` must return all labels of at least one metric (it returns ${columns.map((column) => column.name).join(', ')})`,
    { place: zeros },
  );
}

function duplicate(metric: MetricDefinition, key: SeriesKey): BugflowError {
  const labels = renderLabels(labelsOfKey(metric.labels, key));
  return new BugflowError(
    'COLLECTOR_DUPLICATE_SERIES',
    `metric "${metric.name}" has two rows for ${preview(labels || 'no labels')}; GROUP BY its labels in the SQL`,
    { place: metric.place },
  );
}

function negative(metric: MetricDefinition, value: number): BugflowError {
  return new BugflowError(
    'COLLECTOR_VALUE',
    `column "${metric.value ?? ''}" of ${metric.type} "${metric.name}" holds ${value}; a total that only grows cannot contain a negative number or NaN`,
    { place: metric.place },
  );
}
