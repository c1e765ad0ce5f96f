import type { Column, Row } from '../../database/database.js';
import { BugflowError } from '../../errors.js';
import type { CollectorDefinition, MetricDefinition } from '../definition.js';
import {
  type Distribution,
  type LabelBlock,
  labelBlock,
  type MetricFamily,
  seriesPerDistribution,
} from '../families.js';
import { locateColumns, readLabels, readValue, type Target } from '../row-values.js';
import { tooManySeries } from '../rows-to-families.js';

/**
 * What all events up to now add up to, item by item. An item that changed is read again as a whole and takes the place
 * of what it contributed before: so nothing is counted twice, however often and in whatever slices items are read.
 */
export interface EventLedger {
  /** Begins to read the events of these items (without it: of all); what an unfinished reading had taken in is forgotten. */
  begin(keys: readonly string[]): void;
  /** @throws BugflowError when a row cannot be right. */
  add(columns: readonly Column[], rows: readonly Row[]): void;
  /** Ends a reading: what it took in counts from now on. True if that changed anything. */
  commit(): boolean;
  /** Commits, and gives the totals. */
  finish(): MetricFamily[];
}

/** A series, its total, and its lines' worth of numbers: one for a counter; cumulated buckets and the sum for a histogram. */
interface Account {
  readonly labels: LabelBlock;
  readonly total: number[];
}

interface MetricAccounts {
  readonly metric: MetricDefinition;
  readonly accounts: Map<LabelBlock, Account>;
}

type Contribution = ReadonlyMap<Account, readonly number[]>;

export function createEventLedger(definition: CollectorDefinition): EventLedger {
  const books: MetricAccounts[] = definition.metrics.map((metric) => ({ metric, accounts: new Map() }));
  const contributions = new Map<string, Contribution>();
  let slice = new Map<string, Map<Account, number[]>>();
  let wanted: ReadonlySet<string> | undefined;
  let targets: { readonly key: number; readonly metrics: readonly Target[] } | undefined;
  let lineCount = 0;

  const accountFor = (book: MetricAccounts, labels: LabelBlock): Account => {
    const known = book.accounts.get(labels);
    if (known) return known;
    const { metric } = book;
    lineCount += metric.type === 'histogram' ? seriesPerDistribution(metric) : 1;
    if (lineCount > definition.maxSeries) throw tooManySeries(definition);
    const account = { labels, total: new Array<number>(widthOf(metric)).fill(0) };
    book.accounts.set(labels, account);
    return account;
  };

  const ledger: EventLedger = {
    begin(keys) {
      slice = new Map();
      wanted = new Set(keys);
    },

    add(columns, rows) {
      targets ??= {
        key: keyColumn(definition, columns),
        metrics: definition.metrics.map((metric) => locateColumns(metric, columns)),
      };
      for (const row of rows) {
        const key = row[targets.key] ?? '';
        // Others are read along only because an item depends on them.
        if (wanted && !wanted.has(key)) continue;
        const item = slice.get(key) ?? new Map<Account, number[]>();
        slice.set(key, item);
        for (const [i, target] of targets.metrics.entries()) {
          const value = readValue(target, row);
          const book = books[i];
          if (value === undefined || !book) continue;
          if (!(value >= 0)) throw negative(target.metric, value);
          const labels = labelBlock(target.metric.labels, readLabels(target, row));
          const account = accountFor(book, labels);
          const amounts = item.get(account) ?? new Array<number>(account.total.length).fill(0);
          item.set(account, amounts);
          record(target.metric, amounts, value);
        }
      }
    },

    commit() {
      let changed = false;
      for (const [key, now] of slice) {
        const before = contributions.get(key);
        for (const [account, amounts] of now) {
          const known = before?.get(account);
          for (const [i, amount] of amounts.entries()) {
            // A counter never falls, even should an item's past look different on a second reading.
            const growth = amount - (known?.[i] ?? 0);
            if (growth > 0) {
              account.total[i] = (account.total[i] ?? 0) + growth;
              changed = true;
            } else if (growth < 0) {
              amounts[i] = known?.[i] ?? 0;
            }
          }
        }
        if (before)
          for (const [account, amounts] of before) if (!now.has(account)) now.set(account, [...amounts]);
        if (now.size > 0) contributions.set(key, now);
      }
      slice = new Map();
      return changed;
    },

    finish() {
      ledger.commit();
      return books.map(toFamily);
    },
  };
  return ledger;
}

/** Buckets and +Inf, then the sum; a counter is a single number. */
function widthOf(metric: MetricDefinition): number {
  return metric.type === 'histogram' ? metric.buckets.length + 2 : 1;
}

function record(metric: MetricDefinition, amounts: number[], value: number): void {
  if (metric.type !== 'histogram') {
    amounts[0] = (amounts[0] ?? 0) + value;
    return;
  }
  const { buckets } = metric;
  for (let i = 0; i <= buckets.length; i++) {
    if (i === buckets.length || value <= (buckets[i] ?? 0)) amounts[i] = (amounts[i] ?? 0) + 1;
  }
  amounts[buckets.length + 1] = (amounts[buckets.length + 1] ?? 0) + value;
}

function toFamily({ metric, accounts }: MetricAccounts): MetricFamily {
  if (metric.type !== 'histogram') {
    return {
      metric,
      values: new Map([...accounts.values()].map(({ labels, total }) => [labels, total[0] ?? 0])),
    };
  }
  return {
    metric,
    distributions: new Map(
      [...accounts.values()].map(({ labels, total }): [LabelBlock, Distribution] => {
        const cumulated = total.slice(0, -1);
        return [
          labels,
          { counts: cumulated.map((count, i) => count - (cumulated[i - 1] ?? 0)), sum: total.at(-1) ?? 0 },
        ];
      }),
    ),
  };
}

function keyColumn(definition: CollectorDefinition, columns: readonly Column[]): number {
  const index = columns.findIndex((column) => column.name === 'key');
  if (index >= 0) return index;
  throw new BugflowError(
    'COLLECTOR_COLUMN_MISSING',
    `collector "${definition.name}": events need the column "key", the history key of the item that each belongs to`,
    {
      place: definition.events,
    },
  );
}

function negative(metric: MetricDefinition, value: number): BugflowError {
  return new BugflowError(
    'COLLECTOR_VALUE',
    `column "${metric.value ?? ''}" of ${metric.type} "${metric.name}" holds ${value}; what only grows cannot take in a negative number or NaN`,
    {
      place: metric.place,
    },
  );
}
