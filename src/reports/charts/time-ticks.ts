/** A moment on the axis, by the clock on the team's wall: Unix milliseconds as if that were UTC, so that all days are equally long. */
export type WallMs = number;

export interface TimeTick {
  readonly at: WallMs;
  readonly label: string;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
const MONTH_MS = 30 * DAY_MS;
/** January 5, 1970. */
const A_MONDAY_MS = 4 * DAY_MS;

/** Months are counted from the year 0. */
const monthOf = (at: WallMs): number => new Date(at).getUTCFullYear() * 12 + new Date(at).getUTCMonth();
/** `Date.UTC` would take the year 26 for 1926. */
const monthStart = (month: number): WallMs =>
  new Date(0).setUTCFullYear(Math.floor(month / 12), mod12(month), 1);
const mod12 = (month: number): number => ((month % 12) + 12) % 12;

/** A way to divide time. */
interface Division {
  readonly lengthMs: number;
  /** The first tick that is not before a moment. */
  first(from: WallMs): WallMs;
  next(tick: WallMs): WallMs;
}

function every(lengthMs: number, anchorMs = 0): Division {
  return {
    lengthMs,
    first: (from) => anchorMs + Math.ceil((from - anchorMs) / lengthMs) * lengthMs,
    next: (tick) => tick + lengthMs,
  };
}

function months(count: number): Division {
  return {
    lengthMs: count * MONTH_MS,
    first(from) {
      const month = Math.floor(monthOf(from) / count) * count;
      return monthStart(month) >= from ? monthStart(month) : monthStart(month + count);
    },
    next: (tick) => monthStart(monthOf(tick) + count),
  };
}

const DIVISIONS: readonly Division[] = [
  ...[1, 5, 15, 30].map((minutes) => every(minutes * MINUTE_MS)),
  ...[1, 3, 6, 12].map((hours) => every(hours * HOUR_MS)),
  ...[1, 2].map((days) => every(days * DAY_MS)),
  ...[1, 2].map((weeks) => every(weeks * 7 * DAY_MS, A_MONDAY_MS)),
  ...[1, 2, 3, 6].map((count) => months(count)),
  ...[1, 10, 100, 1000, 10_000, 100_000].flatMap((power) =>
    [1, 2, 5].map((years) => months(years * power * 12)),
  ),
];

/** Ticks within the range, ascending and at most so many: the finest division of the calendar that has no more. */
export function timeTicks(low: WallMs, high: WallMs, most: number): TimeTick[] {
  for (const division of DIVISIONS) {
    if ((high - low) / division.lengthMs > most + 1) continue;
    const ticks: WallMs[] = [];
    for (let at = division.first(low); at <= high; at = division.next(at)) ticks.push(at);
    if (ticks.length > most) continue;
    if (ticks.length === 0) break;
    return ticks.map((at) => ({ at, label: timeLabel(at, division.lengthMs) }));
  }
  return [{ at: low, label: timeLabel(low, 1) }];
}

/** As short as the distance to the next tick allows: `14:00`, `12 Oct`, `Oct`, `2026`. */
export function timeLabel(at: WallMs, distanceMs: number): string {
  const write = (options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', ...options }).format(at);
  if (distanceMs >= 12 * MONTH_MS) return write({ year: 'numeric' });
  if (distanceMs >= 28 * DAY_MS && new Date(at).getUTCDate() === 1)
    return write(new Date(at).getUTCMonth() === 0 ? { year: 'numeric' } : { month: 'short' });
  if (distanceMs >= DAY_MS || at % DAY_MS === 0) return write({ day: 'numeric', month: 'short' });
  return write({ hour: '2-digit', minute: '2-digit' });
}
