import { Temporal } from 'temporal-polyfill';

/** The local time in a time zone, in milliseconds as if the clock showed UTC. */
export interface WallClock {
  at(instantMs: number): number;
  /** The instant of a local time: the first of two where an hour is repeated, moved on by the gap where it is skipped. */
  instantOf(wallMs: number): number;
}

/** Zones in use today change their offset only at a full quarter of an hour. */
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
