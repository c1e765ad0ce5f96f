import { BugflowError } from '../base/errors.js';

/** The limit for all collectors together (`max_series` in the configuration). */
export interface SeriesBudget {
  readonly limit: number;
  total(): number;
  /** Replaces a collector's previous number of series. @throws BugflowError when the total would exceed the limit */
  claim(collector: string, series: number): void;
  /** Counts what a collector exposes already, also where that is more than a limit that was lowered meanwhile. */
  keep(collector: string, series: number): void;
  release(collector: string): void;
}

export function createSeriesBudget(limit: number): SeriesBudget {
  const claims = new Map<string, number>();
  const total = (): number => [...claims.values()].reduce((sum, series) => sum + series, 0);
  return {
    limit,
    total,
    claim(collector, series) {
      const others = total() - (claims.get(collector) ?? 0);
      if (others + series > limit)
        throw new BugflowError(
          'COLLECTOR_TOO_MANY_SERIES',
          `collector "${collector}" yields ${series} series, which with the ${others} of the others exceed ${limit}; leave projects out (projects.exclude), switch collectors off (overrides), or raise max_series`,
        );
      claims.set(collector, series);
    },
    keep: (collector, series) => void claims.set(collector, series),
    release: (collector) => void claims.delete(collector),
  };
}
