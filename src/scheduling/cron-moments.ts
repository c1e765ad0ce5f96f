import { createTask, parse } from 'node-cron';
import { cronAlternatives } from './cron-expression.js';

/**
 * The moments that a cron expression names, in local time: milliseconds as if the local clock showed UTC, so that no hour
 * is repeated or left out.
 */
export interface CronMoments {
  /** The expression's resolution: a second when it has six fields, else a minute. */
  readonly slotMs: number;
  /** The last moment after `after` and not later than `until`; undefined when there is none within four years. */
  lastIn(after: number, until: number): number | undefined;
  /** The first moment after `after`; undefined when there is none within four years. */
  nextAfter(after: number): number | undefined;
  close(): Promise<void>;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** The 29th of February comes at least once in so many days, except at the turn of most centuries. */
const MAX_DAYS = 4 * 366;

export function createCronMoments(expression: string): CronMoments {
  const hasSeconds = expression.trim().split(/\s+/).length > 5;
  const alternatives = cronAlternatives(expression);
  const { hour, minute, second } = parse(alternatives[0] ?? expression);
  const timesOfDay = Float64Array.from(
    hour.flatMap((h) =>
      minute.flatMap((m) =>
        (hasSeconds ? second : [0]).map((s) => h * HOUR_MS + m * MINUTE_MS + s * SECOND_MS),
      ),
    ),
  ).sort();
  // Never started, only asked whether a day matches: asked at a time of day that matches, so only the day counts.
  const tasks = alternatives.map((one) => createTask(one, () => undefined, { timezone: 'UTC' }));
  let known = { day: Number.NaN, isMeant: false };
  const isMeant = (day: number): boolean => {
    const at = new Date(day * DAY_MS + (timesOfDay[0] ?? 0));
    if (known.day !== day) known = { day, isMeant: tasks.some((task) => task.match(at)) };
    return known.isMeant;
  };

  return {
    slotMs: hasSeconds ? SECOND_MS : MINUTE_MS,
    lastIn(after, until) {
      const lastDay = Math.floor(until / DAY_MS);
      const firstDay = Math.max(Math.floor(after / DAY_MS), lastDay - MAX_DAYS);
      for (let day = lastDay; day >= firstDay; day--) {
        const start = day * DAY_MS;
        const time = timesOfDay[countUpTo(until - start, timesOfDay) - 1];
        if (time === undefined || !isMeant(day)) continue;
        return start + time > after ? start + time : undefined;
      }
      return undefined;
    },
    nextAfter(after) {
      const firstDay = Math.floor(after / DAY_MS);
      for (let day = firstDay; day <= firstDay + MAX_DAYS; day++) {
        const start = day * DAY_MS;
        const time = timesOfDay[countUpTo(after - start, timesOfDay)];
        if (time !== undefined && isMeant(day)) return start + time;
      }
      return undefined;
    },
    async close() {
      await Promise.all(tasks.map((task) => task.destroy()));
    },
  };
}

/** How many of the sorted numbers are at most the limit. */
function countUpTo(limit: number, sorted: Float64Array): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
