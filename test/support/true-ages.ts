import { formatBound } from '../../src/exposition/format.js';
import { add, rounded, type Table } from './samples.js';
import type { TrueGauge } from './true-board.js';
import { isInProgress, type TrueWork } from './true-work.js';

/** A distribution of ages at a moment: for each item that counts, its label values (joined by ` | `) and its age. */
export interface TrueAges {
  readonly metric: string;
  readonly labels: readonly string[];
  readonly read: (work: TrueWork, atMs: number) => readonly Age[];
}

export interface Age {
  readonly labels: string;
  /** Milliseconds. */
  readonly ms: number;
}

const COLUMN_STAGES = ['ready', 'active', 'waiting'];

export const AGES: readonly TrueAges[] = [
  {
    metric: 'taiga_item_age_seconds',
    labels: ['project', 'kind', 'stage'],
    read: (work, atMs) =>
      work.openItems().map((item) => ({
        labels: `${item.project} | ${item.kind} | ${item.status.stage}`,
        ms: atMs - item.bornAt,
      })),
  },
  {
    metric: 'taiga_wip_age_seconds',
    labels: ['project', 'kind'],
    read: (work, atMs) =>
      work
        .openItems()
        .filter((item) => isInProgress(item))
        .map((item) => ({
          labels: `${item.project} | ${item.kind}`,
          ms: atMs - (item.startedAt ?? Number.NaN),
        })),
  },
  {
    metric: 'taiga_status_age_seconds',
    labels: ['project', 'kind', 'status', 'stage'],
    read: (work, atMs) =>
      work.openItems().flatMap((item) => {
        const { name, stage } = item.status;
        if (!COLUMN_STAGES.includes(stage)) return [];
        return [
          {
            labels: `${item.project} | ${item.kind} | ${name} | ${stage}`,
            ms: atMs - item.enteredAt,
          },
        ];
      }),
  },
];

/** The three kinds of lines of a distribution. */
export function ageGauges({ metric, labels, read }: TrueAges, buckets: readonly number[]): TrueGauge[] {
  const gauge = (
    suffix: string,
    moreLabels: readonly string[],
    count: (ages: readonly Age[]) => Table,
  ): TrueGauge => ({
    metric: metric + suffix,
    labels: [...labels, ...moreLabels],
    count: (work, atMs) => count(read(work, atMs)),
  });
  return [
    gauge('_count', [], countAges),
    gauge('_sum', [], sumAges),
    gauge('_bucket', ['le'], (ages) => bucketAges(ages, buckets)),
  ];
}

export function countAges(ages: readonly Age[]): Table {
  const table: Table = {};
  for (const { labels } of ages) add(table, labels);
  return table;
}

/** In seconds; each age is known to the microsecond and counted in whole milliseconds. */
export function sumAges(ages: readonly Age[]): Table {
  const table: Table = {};
  for (const { labels, ms } of ages) add(table, labels, Math.round(ms));
  return rounded(Object.fromEntries(Object.entries(table).map(([key, sum]) => [key, sum / 1000])));
}

export function bucketAges(ages: readonly Age[], buckets: readonly number[]): Table {
  const bounds = [...buckets, Number.POSITIVE_INFINITY];
  const counts = new Map<string, number[]>();
  for (const { labels, ms } of ages) {
    const found = counts.get(labels) ?? bounds.map(() => 0);
    counts.set(labels, found);
    const first = bounds.findIndex((bound) => ms <= bound * 1000);
    found[first] = (found[first] ?? 0) + 1;
  }
  const table: Table = {};
  for (const [labels, found] of counts) {
    let total = 0;
    for (const [i, bound] of bounds.entries()) {
      total += found[i] ?? 0;
      if (total > 0) table[`${labels} | ${formatBound(bound)}`] = total;
    }
  }
  return table;
}
