import { z } from 'zod';

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Parses Prometheus' notation (`500ms`, `10s`, `5m`, `1h30m`, `14d`) to milliseconds; undefined when it is not valid. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+(ms|s|m|h|d|w))+$/.test(text)) return undefined;
  let totalMs = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)(ms|s|m|h|d|w)/g)) {
    totalMs += Number(amount) * (UNIT_MS[unit ?? ''] ?? Number.NaN);
  }
  return Number.isSafeInteger(totalMs) ? totalMs : undefined;
}

const MAX_MS = 100 * 365 * 86_400_000;

function durationFrom(leastMs: number) {
  return z
    .string('must be a duration like 10s, 5m, 1h30m or 14d')
    .meta({ title: 'duration' })
    .transform((text, context) => {
      const ms = parseDuration(text);
      if (ms === undefined || ms < leastMs) {
        context.addIssue(`"${text}" is not a duration; write it like 500ms, 10s, 5m, 1h30m or 14d`);
        return z.NEVER;
      }
      // PostgreSQL's dates have an end, too.
      if (ms > MAX_MS) context.addIssue('must not be longer than a hundred years');
      return ms;
    });
}

/** A duration in a YAML file; its value is in milliseconds. */
export const duration = durationFrom(1);

const DAY_MS = 86_400_000;
const DAY_IS_LONGEST = 'must not be longer than a day';

/** A duration for a timer, here or in PostgreSQL, where the range is limited. */
export const timeout = duration.refine((ms) => ms <= DAY_MS, DAY_IS_LONGEST);

/** The same, but `0s` is allowed and means: never. */
export const timeoutOrNone = durationFrom(0).refine((ms) => ms <= DAY_MS, DAY_IS_LONGEST);
