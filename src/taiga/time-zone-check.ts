import { Temporal } from 'temporal-polyfill';
import { BugflowError } from '../base/errors.js';
import type { Database, Row } from '../database/database.js';

const WEEK_MS = 7 * 24 * 60 * 60_000;
/** How many weeks before and after now are compared. */
const WEEKS = 53;
const TIMEOUT_MS = 10_000;

/**
 * Compares how PostgreSQL and Node.js read a time zone within a year of now. Each has its own data, which may be older: where
 * they differ, days do not begin when schedules say so. Resolves to the first difference, a sentence; undefined: there is none.
 * @throws BugflowError when PostgreSQL does not know the name
 */
export async function findTimeZoneDifference(
  database: Database,
  name: string,
  nowMs: number,
): Promise<string | undefined> {
  const moments = momentsToCompare(name, nowMs);
  const found: Row[] = [];
  try {
    await database.read(
      {
        // Both columns as if the local clock showed UTC.
        text: `SELECT at::text, (extract(epoch FROM to_timestamp(at) AT TIME ZONE $2::text) - at)::integer::text
               FROM unnest($1::float8[]) AS moment (at)`,
        values: [moments.map((ms) => ms / 1000), name],
        timeoutMs: TIMEOUT_MS,
      },
      (_columns, rows) => void found.push(...rows),
    );
  } catch (error) {
    if (!isUnknownZone(error)) throw error;
    throw new BugflowError(
      'DATABASE_TIME_ZONE',
      `PostgreSQL does not know the time zone ${name}; install its time zone data (tzdata, tzdata-legacy), or choose another name for time_zone`,
      { cause: error },
    );
  }
  for (const [at, offset] of found) {
    const ms = Number(at) * 1000;
    const here = offsetMs(name, ms) / 1000;
    if (here === Number(offset)) continue;
    const day = new Date(ms).toISOString().slice(0, 10);
    return `PostgreSQL and Node.js read the time zone ${name} differently: on ${day} it is ${hours(Number(offset))} there, and ${hours(here)} here; update the older of both`;
  }
  return undefined;
}

/** A moment in each week, and those before and after the clock changes. */
function momentsToCompare(name: string, nowMs: number): number[] {
  const begin = Math.floor(nowMs / 1000) * 1000 - WEEKS * WEEK_MS;
  const end = begin + 2 * WEEKS * WEEK_MS;
  const moments = Array.from({ length: 2 * WEEKS }, (_, i) => begin + i * WEEK_MS);
  let at: Temporal.ZonedDateTime | null = zoned(name, begin);
  for (;;) {
    at = at.getTimeZoneTransition('next');
    if (at === null || at.epochMilliseconds >= end) return moments;
    moments.push(at.epochMilliseconds - 1000, at.epochMilliseconds);
  }
}

function zoned(name: string, ms: number): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(name);
}

function offsetMs(name: string, ms: number): number {
  return zoned(name, ms).offsetNanoseconds / 1e6;
}

function hours(seconds: number): string {
  return `UTC${seconds < 0 ? '-' : '+'}${Math.abs(seconds) / 3600} h`;
}

/** PostgreSQL's invalid_parameter_value. */
function isUnknownZone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '22023';
}
