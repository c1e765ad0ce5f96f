import { BugflowError } from '../base/errors.js';
import type { MetricDefinition } from './definition.js';
import type { Distribution, MetricFamily } from './families.js';
import type { SeriesKey } from './labels.js';
import { addThousandths, fromThousandths, toThousandths } from './thousandths.js';

/** A series, or all lines of a distribution, with the totals of its rows. */
export interface Account {
  readonly metric: MetricDefinition;
  readonly key: SeriesKey;
  /** One number; for a distribution the cumulated counts of its buckets up to +Inf, then the sum. */
  readonly cells: number[];
  /** Whether the number, or the sum, is in thousandths; else it is the unchanged value of a single row. */
  readonly inThousandths: boolean;
}

export function openAccount(metric: MetricDefinition, key: SeriesKey, inThousandths: boolean): Account {
  // Buckets, +Inf and the sum.
  const width = metric.type === 'histogram' ? metric.buckets.length + 2 : 1;
  return { metric, key, cells: new Array<number>(width).fill(0), inThousandths };
}

/** Zeros for the totals of a part of the account's rows. */
export function emptyCells({ cells }: Account): number[] {
  return new Array<number>(cells.length).fill(0);
}

/** Adds a value to these cells of the account, or subtracts it (sign -1). @throws BugflowError when it cannot be counted */
export function addValue({ metric, inThousandths }: Account, cells: number[], value: number, sign = 1): void {
  if (!inThousandths) {
    cells[0] = value;
    return;
  }
  const last = cells.length - 1;
  const total = addThousandths(cells[last] ?? 0, sign * toThousandths(value));
  if (Number.isNaN(total)) throw uncountable(metric, value);
  cells[last] = total;
  for (let i = 0; i < last; i++)
    if (i === last - 1 || value <= (metric.buckets[i] ?? 0)) cells[i] = (cells[i] ?? 0) + sign;
}

/** Adds to one of the account's numbers. @throws BugflowError when it cannot be counted */
export function growCell({ metric, cells }: Account, cell: number, amount: number): void {
  const total = addThousandths(cells[cell] ?? 0, amount);
  if (Number.isNaN(total)) throw uncountable(metric, fromThousandths(amount));
  cells[cell] = total;
}

/** The value of one of the account's numbers in the exposition. */
export function shownValue({ cells, inThousandths }: Account, cell: number): number {
  const value = cells[cell] ?? 0;
  return inThousandths && cell === cells.length - 1 ? fromThousandths(value) : value;
}

export function toFamily(metric: MetricDefinition, accounts: Iterable<Account>): MetricFamily {
  if (metric.type !== 'histogram') {
    const values = new Map<SeriesKey, number>();
    for (const account of accounts) values.set(account.key, shownValue(account, 0));
    return { metric, values };
  }
  const distributions = new Map<SeriesKey, Distribution>();
  for (const account of accounts) {
    const { key, cells } = account;
    const last = cells.length - 1;
    const counts = cells.slice(0, last).map((count, i) => count - (i === 0 ? 0 : (cells[i - 1] ?? 0)));
    distributions.set(key, { counts, sum: shownValue(account, last) });
  }
  return { metric, distributions };
}

function uncountable({ name, type, value: column, place }: MetricDefinition, value: number): BugflowError {
  return new BugflowError(
    'COLLECTOR_VALUE',
    `column "${column ?? ''}" of ${type} "${name}" holds ${value}, with which it adds up to more than can be counted exactly in thousandths; choose a larger unit`,
    { place },
  );
}
