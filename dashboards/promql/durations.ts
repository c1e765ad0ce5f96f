import { type Growth, grown } from './growth.js';
import { latest, type Matchers, matching, PROJECT } from './select.js';

export const HOUR_S = 3600;
export const DAY_S = 86_400;

/** A histogram that grows, by its name without `_bucket`. */
export interface Histogram extends Omit<Growth, 'metric'> {
  readonly histogram: string;
}

/** A percentile, in seconds, of what was observed in the last days; `agoDays`: in those before. */
export function percentile(
  quantile: number,
  { histogram, by = [], matchers = PROJECT }: Histogram,
  days: number,
  agoDays = 0,
): string {
  const growth = { metric: `${histogram}_bucket`, matchers, by: [...by, 'le'] };
  return `histogram_quantile(${quantile}, ${grown(growth, days, agoDays)})`;
}

/** The mean, in seconds, of what was observed in the last days; absent where nothing was. */
export function mean({ histogram, ...rest }: Histogram, days: number): string {
  const sum = grown({ ...rest, metric: `${histogram}_sum` }, days);
  const count = grown({ ...rest, metric: `${histogram}_count` }, days);
  return `${sum} / (${count} > 0)`;
}

/** A percentile, in seconds, of a distribution of now: its buckets are no counters. */
export function percentileNow(
  quantile: number,
  { histogram, by = [], matchers = PROJECT }: Histogram,
): string {
  return `histogram_quantile(${quantile}, sum by (${[...by, 'le'].join(', ')}) (${latest(`${histogram}_bucket`, matchers)}))`;
}

/** How many of a distribution of now are at most so old; the bound must be one of its buckets'. */
export function upTo(histogram: string, seconds: number, matchers: Matchers = PROJECT): string {
  // Written 604800 by Prometheus before 3.0 where the exporter's own format is not kept, else 604800.0.
  return `sum(${latest(`${histogram}_bucket`, matching(matchers, `le=~"${seconds}([.]0)?"`))})`;
}
