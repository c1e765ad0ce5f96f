import { type Matchers, PROJECT, total } from './select.js';

/**
 * How much a counter grew. The exporter's counters come from the database: they never fall, and a restart does not
 * begin them anew. So growth is a plain difference, exact and whole, where `increase()` extrapolates (12.03 bugs) and
 * reads every sample between.
 */
export interface Growth {
  readonly metric: string;
  readonly matchers?: Matchers;
  /** Labels that are kept. */
  readonly by?: readonly string[];
}

/** Growth over the last days, at any moment; `agoDays`: of the days before. */
export function grown(growth: Growth, days: number, agoDays = 0): string {
  const { metric, matchers = PROJECT } = growth;
  const end = total(metric, matchers, LOOK_BACK, offset(agoDays));
  const begin = total(metric, matchers, LOOK_BACK, offset(agoDays + days));
  return difference(growth, end, begin, witness(metric, LOOK_BACK, offset(agoDays + days)));
}

/**
 * Growth in whole weeks from Monday, at the Monday with which the week begins; the week under way so far. To be drawn
 * with steps of a day (`WEEKLY_STEP`), which Grafana aligns to midnight in the dashboard's time zone; steps of a week
 * would begin on Thursdays. Of the first moment only what was counted before matters, of the last what was counted up
 * to it: so it is the same in Prometheus 2, whose ranges include their beginning, and 3, whose ranges do not.
 */
export function weekly(growth: Growth): string {
  return onMondays(weeklyAtAnyDay(growth));
}

export const WEEKLY_STEP = '1d';

function weeklyAtAnyDay(growth: Growth): string {
  const { metric, matchers = PROJECT } = growth;
  // Forward in time: for the week under way the last sample that there is.
  const end = total(metric, matchers, '7d', '-7d');
  const begin = total(metric, matchers, '1d');
  return difference(growth, end, begin, witness(metric, '1d', ''));
}

/** Only at the midnight before Monday. 13 hours forward it is Monday in UTC for all time zones from UTC-10 to UTC+13. */
export function onMondays(expression: string): string {
  return `((${expression}) and on () (day_of_week(vector(time() + 46800)) == 1))`;
}

/** As long as a missed scrape, or the restart of a server, may last. */
const LOOK_BACK = '1h';

function offset(days: number): string {
  return days === 0 ? '' : `${days}d`;
}

/**
 * A series that was born meanwhile began with 0, but only if its metric was recorded then: else (Prometheus was set up
 * later, or the exporter's version that brought the metric) all that ever happened would seem to have happened now.
 */
function difference({ by = [] }: Growth, end: string, begin: string, recorded: string): string {
  return `sum by (${by.join(', ')}) (${end} - (${begin} or 0 * ${end} and on () ${recorded}))`;
}

function witness(metric: string, window: string, ago: string): string {
  // All buckets of a histogram come together.
  const name = metric.replace(/_(bucket|sum)$/, '_count');
  return `(count(last_over_time(${name}[${window}]${ago && ` offset ${ago}`})) > 0)`;
}
