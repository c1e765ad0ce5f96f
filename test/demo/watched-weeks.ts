import pg from 'pg';
import { createDatabaseTimeline } from '../../src/backfill/database-timeline.js';
import { walkSteps } from '../../src/backfill/steps.js';
import type { Labels as SeriesLabels } from '../../src/collectors/labels.js';
import { startDemoTaiga } from '../../src/demo/demo-taiga.js';
import { openKit } from '../support/kit.js';
import { type Metrics, measure } from '../support/measure.js';

const DAY_MS = 86_400_000;
const DAYS = 90;
const COLLECTORS = [
  'issues',
  'items',
  'items_blocked',
  'sprint_scope',
  'sprint_scope_changes',
  'status_transitions',
];

type Labels = Readonly<Record<string, string | RegExp>>;

interface DailySeries {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** From the oldest day to the newest. */
  readonly values: readonly number[];
}

/** The last weeks of a demo's year, as whoever looks at its metrics and tables sees them. */
export class WatchedWeeks {
  readonly now: Date;
  /** What all collectors yield at the end. */
  readonly present: Metrics;
  readonly #series: readonly DailySeries[];
  readonly #client: pg.Client;

  private constructor(now: Date, present: Metrics, series: readonly DailySeries[], client: pg.Client) {
    this.now = now;
    this.present = present;
    this.#series = series;
    this.#client = client;
  }

  static async watch(
    seed: number,
    now: Date,
    onEnd: (close: () => Promise<void>) => void,
  ): Promise<WatchedWeeks> {
    const taiga = await startDemoTaiga({ seed, now });
    onEnd(() => taiga.close());
    const config = 'database: { allow_superuser: true }\n';
    const kit = await openKit(taiga.url, config);
    await kit.learn(now.toISOString());
    const timeline = createDatabaseTimeline({
      collectors: COLLECTORS.map((name) => kit.collector(name)),
      reader: kit.reader,
      values: kit.values(now),
      targetLabels: {},
    });
    const days: number[][] = [];
    const grid = { fromMs: now.getTime() - DAYS * DAY_MS, toMs: now.getTime(), stepMs: DAY_MS };
    await walkSteps(timeline, grid, { step: ({ values }) => void days.push([...values]) });
    const series = timeline.series.map(({ name, labels }, index): DailySeries => {
      return { name, labels: recordOf(labels), values: days.map((values) => values[index] ?? Number.NaN) };
    });
    await kit.close();
    const present = await measure(taiga.url, { at: now.toISOString(), config });
    const client = new pg.Client({ connectionString: taiga.url });
    await client.connect();
    onEnd(() => client.end());
    return new WatchedWeeks(now, present, series, client);
  }

  /** The sum of the series that fit, so many days before now. */
  sum(name: string, where: Labels, daysAgo: number): number {
    return this.#series
      .filter((series) => series.name === name && fits(series.labels, where))
      .reduce((sum, { values }) => sum + (values[DAYS - daysAgo] || 0), 0);
  }

  /** The sums of some days, given as days before now, from the older to the newer. */
  daily(name: string, where: Labels, fromDaysAgo: number, toDaysAgo: number): number[] {
    return Array.from({ length: fromDaysAgo - toDaysAgo + 1 }, (_, index) =>
      this.sum(name, where, fromDaysAgo - index),
    );
  }

  async rows<T extends Record<string, unknown>>(sql: string, values: readonly unknown[] = []): Promise<T[]> {
    return (await this.#client.query<T>(sql, [...values])).rows;
  }

  async count(from: string, values: readonly unknown[] = []): Promise<number> {
    return Number((await this.rows<{ count: string }>(`SELECT count(*) FROM ${from}`, values))[0]?.count);
  }
}

function recordOf({ names, values }: SeriesLabels): Record<string, string> {
  return Object.fromEntries(names.map((name, i) => [name, values[i] ?? '']));
}

const fits = (labels: Readonly<Record<string, string>>, where: Labels): boolean =>
  Object.entries(where).every(([label, wanted]) =>
    typeof wanted === 'string' ? labels[label] === wanted : wanted.test(labels[label] ?? ''),
  );
