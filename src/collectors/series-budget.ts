import { BugflowError } from '../base/errors.js';

/** What all collectors may expose together (`max_series` in the configuration). */
export interface SeriesBudget {
  readonly limit: number;
  total(): number;
  /** Takes what a collector is about to expose, in the place of what it had. @throws BugflowError when that is too much. */
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
          `collector "${collector}" yields ${series} series, which with the ${others} of the others are more than ${limit}; leave projects out (projects.exclude), switch collectors off (overrides), or raise max_series`,
        );
      claims.set(collector, series);
    },
    keep: (collector, series) => void claims.set(collector, series),
    release: (collector) => void claims.delete(collector),
  };
}
