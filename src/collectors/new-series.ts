import type { MetricFamily } from './families.js';
import type { SeriesKey } from './labels.js';

/** Until when series are shown as 0, by metric; in milliseconds of performance.now(). */
export type HeldSeries = ReadonlyMap<string, ReadonlyMap<SeriesKey, number>>;

/**
 * Publishes a collector's counters. A new series is shown as 0 at first, for long enough to be scraped: increase() counts
 * only from the first value that it sees.
 */
export interface NewSeries {
  /** `isComplete`: everything was read again, not only what changed, so no series counts as new. */
  publish(families: readonly MetricFamily[], isComplete: boolean): Promise<void>;
  /** Publishes nothing by itself any more until the next call of `publish`. */
  withdraw(): void;
  /** Stops. Resolves to the series that are still shown as 0, for a successor. */
  close(): Promise<HeldSeries>;
}

export interface NewSeriesOptions {
  /** How long new series are shown as 0; 0: not at all. */
  readonly zeroForMs: number;
  readonly publish: (families: readonly MetricFamily[]) => Promise<void>;
  /** From the one that published these counters before. */
  readonly held?: HeldSeries | undefined;
}

export function createNewSeries({ zeroForMs, publish, held: before }: NewSeriesOptions): NewSeries {
  const known = new Map<string, Set<SeriesKey>>();
  const held = new Map([...(before ?? [])].map(([name, series]) => [name, new Map(series)]));
  let latest: readonly MetricFamily[] | undefined;
  let timer: NodeJS.Timeout | undefined;
  /** Publishes one state after another, as the exposition requires. */
  let queue: Promise<void> = Promise.resolve();

  const noteNew = ({ metric, ...family }: MetricFamily, isComplete: boolean): void => {
    const series = 'values' in family ? family.values : family.distributions;
    // Series stay known for ever: a project that was gone may come back with all its counts.
    const knownSeries = known.get(metric.name) ?? new Set();
    known.set(metric.name, knownSeries);
    for (const key of series.keys()) {
      if (knownSeries.has(key)) continue;
      knownSeries.add(key);
      if (isComplete || zeroForMs === 0) continue;
      const heldSeries = held.get(metric.name) ?? new Map<SeriesKey, number>();
      held.set(metric.name, heldSeries.set(key, performance.now() + zeroForMs));
    }
  };

  /** Releases series whose time is over; returns the milliseconds until the next one is due. */
  const releaseDue = (): number | undefined => {
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
    const nextMs = releaseDue();
    if (nextMs !== undefined) timer = setTimeout(showAgain, Math.ceil(nextMs));
    // Decided now: while this is being published, more series may be released.
    const isFinal = held.size === 0;
    const shown = families.map((family) => {
      const series = held.get(family.metric.name);
      return series ? withZeros(family, (key) => series.has(key)) : family;
    });
    const turn = queue.then(async () => {
      if (latest !== families) return;
      await publish(shown);
      // Nothing is held back any more, so the families are not needed again.
      if (latest === families && isFinal) latest = undefined;
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
    publish(families, isComplete) {
      for (const family of families) noteNew(family, isComplete);
      latest = families;
      return show(families);
    },
    withdraw,
    async close() {
      withdraw();
      await queue;
      releaseDue();
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
