import type { MetricFamily } from './families.js';
import type { SeriesKey } from './labels.js';

/** Until when series are shown as 0, by metric; milliseconds of the monotonic clock. */
export type HeldSeries = ReadonlyMap<string, ReadonlyMap<SeriesKey, number>>;

/**
 * Publishes a collector's counters. A series that is new is 0 at first, for long enough to be scraped: increase() counts
 * from the first value that it sees.
 */
export interface NewSeries {
  /** `isAfresh`: everything was read, not only what changed, so that nothing in it is new. */
  publish(families: readonly MetricFamily[], isAfresh: boolean): Promise<void>;
  /** Publishes no more by itself until it is given something to publish. */
  withdraw(): void;
  /** Ends it. Resolves to what is still shown as 0, for whoever goes on. */
  close(): Promise<HeldSeries>;
}

export interface NewSeriesOptions {
  /** 0: new series are shown as they are. */
  readonly zeroForMs: number;
  readonly publish: (families: readonly MetricFamily[]) => Promise<void>;
  /** Of whoever published these counters before. */
  readonly held?: HeldSeries | undefined;
}

export function createNewSeries({ zeroForMs, publish, held: before }: NewSeriesOptions): NewSeries {
  const known = new Map<string, Set<SeriesKey>>();
  const held = new Map([...(before ?? [])].map(([name, series]) => [name, new Map(series)]));
  let latest: readonly MetricFamily[] | undefined;
  let timer: NodeJS.Timeout | undefined;
  /** One after the other, as the exposition wants it. */
  let queue: Promise<void> = Promise.resolve();

  const noteNew = ({ metric, ...family }: MetricFamily, isAfresh: boolean): void => {
    const series = 'values' in family ? family.values : family.distributions;
    // What was ever shown stays known: a project that is gone may come back as it was.
    const knownSeries = known.get(metric.name) ?? new Set();
    known.set(metric.name, knownSeries);
    for (const key of series.keys()) {
      if (knownSeries.has(key)) continue;
      knownSeries.add(key);
      if (isAfresh || zeroForMs === 0) continue;
      const heldSeries = held.get(metric.name) ?? new Map<SeriesKey, number>();
      held.set(metric.name, heldSeries.set(key, performance.now() + zeroForMs));
    }
  };

  /** Lets go of series whose time is over; resolves to the milliseconds until the next one's is. */
  const letGo = (): number | undefined => {
    const now = performance.now();
    let earliest = Number.POSITIVE_INFINITY;
    for (const [name, series] of held) {
      for (const [key, until] of series) {
        if (until <= now) series.delete(key);
        else earliest = Math.min(earliest, until);
      }
      if (series.size === 0) held.delete(name);
    }
    return Number.isFinite(earliest) ? earliest - now : undefined;
  };

  const show = (families: readonly MetricFamily[]): Promise<void> => {
    clearTimeout(timer);
    const nextMs = letGo();
    if (nextMs !== undefined) timer = setTimeout(showAgain, Math.ceil(nextMs));
    // As of now: while this is published more may come to be shown as it is.
    const isWhole = held.size === 0;
    const shown = families.map((family) => {
      const series = held.get(family.metric.name);
      return series ? withZeros(family, (key) => series.has(key)) : family;
    });
    const turn = queue.then(async () => {
      if (latest !== families) return;
      await publish(shown);
      // With nothing left to be shown later they are not needed any more.
      if (latest === families && isWhole) latest = undefined;
    });
    queue = turn.catch(() => undefined);
    return turn;
  };
  const showAgain = (): void => {
    if (latest) show(latest).catch(() => undefined);
  };

  const withdraw = (): void => {
    clearTimeout(timer);
    latest = undefined;
  };

  return {
    publish(families, isAfresh) {
      for (const family of families) noteNew(family, isAfresh);
      latest = families;
      return show(families);
    },
    withdraw,
    async close() {
      withdraw();
      await queue;
      letGo();
      return held;
    },
  };
}

/** The family with these series at 0, in all their lines. */
export function withZeros(family: MetricFamily, isZero: (key: SeriesKey) => boolean): MetricFamily {
  const { metric } = family;
  if ('values' in family) {
    return {
      metric,
      values: new Map([...family.values].map(([key, value]) => [key, isZero(key) ? 0 : value])),
    };
  }
  const none = { counts: new Array<number>(metric.buckets.length + 1).fill(0), sum: 0 };
  return {
    metric,
    distributions: new Map(
      [...family.distributions].map(([key, distribution]) => [key, isZero(key) ? none : distribution]),
    ),
  };
}
