import { lookedUp, type Matchers, once, PROJECT } from './select.js';

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
  return difference(growth, {
    end: (selector) => lookedUp(selector, LOOK_BACK, offset(agoDays)),
    begin: (selector) => lookedUp(selector, LOOK_BACK, offset(agoDays + days)),
  });
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
  return difference(growth, {
    // Of the week under way the last sample that there is: looked up once, not at each moment.
    end: (selector) =>
      `(${lookedUp(selector, OUTAGE, '-7d')} or last_over_time(${selector}[7d] @ \${__to:date:seconds}) and on () vector(time()) > \${__to:date:seconds} - 604800)`,
    begin: (selector) => lookedUp(selector, OUTAGE),
  });
}

/** Only at the midnight before Monday. 13 hours forward it is Monday in UTC for all time zones from UTC-10 to UTC+13. */
export function onMondays(expression: string): string {
  return `((${expression}) and on () (day_of_week(vector(time() + 46800)) == 1))`;
}

/** As long as a missed scrape, or the restart of a server, may last. */
const LOOK_BACK = '1h';
/** A Monday's midnight is looked up once a week, so it may be missing for longer. */
const OUTAGE = '1d';

function offset(days: number): string {
  return days === 0 ? '' : `${days}d`;
}

/** What selected series were at two moments. */
interface Moments {
  end(selector: string): string;
  begin(selector: string): string;
}

/**
 * What there is at the end and, below zero, what there was in the beginning, added up: so a series that was born
 * meanwhile began with 0, and none is looked up twice. Projects that are gone are left out, instead of falling. And it is
 * only known if the metric was recorded in the beginning: else (Prometheus was set up later, or the exporter's version
 * that brought the metric) all that ever happened would seem to have happened now.
 */
function difference({ metric, matchers = PROJECT, by = [] }: Growth, { end, begin }: Moments): string {
  const selector = `${metric}{${matchers}}`;
  // All buckets of a histogram come together.
  const counter = metric.replace(/_(bucket|sum)$/, '_count');
  const sum = `sum by (${by.join(', ')})`;
  const before = `${once(begin(selector))} and on (project) ${end(`${counter}{${matchers}}`)}`;
  const recorded = `count(${begin(counter)}) > 0`;
  // Another label keeps the two apart until they are added up.
  return `(${sum} (${sum} (${once(end(selector))}) or label_replace(-${sum} (${before}), "moment", "begin", "", "")) and on () (${recorded}))`;
}
