import { Temporal } from 'temporal-polyfill';

/** What the clock on the wall shows in a time zone: milliseconds as if it showed UTC. */
export interface WallClock {
  at(instantMs: number): number;
  /** When it shows this: the first time where an hour is repeated, as much later as is left out where it never does. */
  instantOf(wallMs: number): number;
}

/** Today's zones change only at a full quarter of an hour. */
const QUARTER_HOUR_MS = 15 * 60_000;

export function createWallClock(timeZone: string): WallClock {
  const zonedAt = (ms: number, zone: string): Temporal.ZonedDateTime =>
    Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);
  let known = { quarter: Number.NaN, offsetMs: 0 };
  const offsetMsAt = (instantMs: number): number => {
    const quarter = Math.floor(instantMs / QUARTER_HOUR_MS);
    if (known.quarter !== quarter)
      known = { quarter, offsetMs: zonedAt(instantMs, timeZone).offsetNanoseconds / 1e6 };
    return known.offsetMs;
  };
  return {
    at: (instantMs) => instantMs + offsetMsAt(instantMs),
    instantOf: (wallMs) =>
      zonedAt(wallMs, 'UTC').toPlainDateTime().toZonedDateTime(timeZone).epochMilliseconds,
  };
}
