import { percentile } from './durations.js';
import { grown } from './growth.js';
import { type Matchers, matching, PROJECT } from './select.js';
import { KIND } from './work.js';

/** The chosen projects and kinds. */
export const CHOSEN: Matchers = matching(PROJECT, KIND);

export const CLOSED = { metric: 'taiga_items_closed_total', matchers: CHOSEN };
export const STARTED = { metric: 'taiga_items_started_total', matchers: CHOSEN };

/** Days, of what was closed in the days before. */
export function cycleDays(quantile: number, windowDays: number, agoDays = 0): string {
  const cycle = { histogram: 'taiga_cycle_time_seconds', matchers: CHOSEN };
  return `${percentile(quantile, cycle, windowDays, agoDays)} / 86400`;
}

/** The share of closings that met the service level. */
export function withinSle(windowDays: number): string {
  const within = grown({ metric: 'taiga_items_within_sle_total', matchers: CHOSEN }, windowDays);
  const all = grown({ metric: 'taiga_cycle_time_seconds_count', matchers: CHOSEN }, windowDays);
  return `${within} / (${all} > 0)`;
}

/** The share of the time in progress that items were worked on, and did not wait. */
export function flowEfficiency(windowDays: number): string {
  const spent = (stage: string): string =>
    grown({ metric: 'taiga_status_duration_seconds_sum', matchers: matching(CHOSEN, stage) }, windowDays);
  return `${spent('stage="active"')} / (${spent('stage=~"active|waiting"')} > 0)`;
}
