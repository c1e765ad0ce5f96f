import { Temporal } from 'temporal-polyfill';
import { BugflowError } from '../base/errors.js';

/** From one moment up to another, without that one; Unix milliseconds. */
export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
}

/** How a period is asked for: by name, or from one day or moment to another. */
export interface AskedPeriod {
  readonly name?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** A period, and the one that it is compared with. */
export interface ResolvedPeriod extends Period {
  readonly before: Period;
  /** As it was asked for, or the days: `last week`, `2026-06-01 to 2026-06-07`. */
  readonly title: string;
}

export interface PeriodContext {
  readonly nowMs: number;
  readonly timeZone: string;
  /** Whether the team works on a day. */
  readonly isWorkingDay: (date: Temporal.PlainDate) => boolean;
}

/** The names that need no number; `last 14 days` has one. */
export const PERIOD_NAMES = [
  'today',
  'yesterday',
  'last working day',
  'this week',
  'last week',
  'this month',
  'last month',
  'last sprint',
] as const;

const LAST_DAYS = /^last ([1-9]\d{0,3}) days$/;

export function isPeriodName(name: string): boolean {
  return (PERIOD_NAMES as readonly string[]).includes(name) || LAST_DAYS.test(name);
}

/** Whether the days are those of a sprint, which only Taiga knows. */
export function isSprintPeriod({ name, from, to }: AskedPeriod): boolean {
  return name === 'last sprint' && from === undefined && to === undefined;
}

/** The days of a period: both are part of it. */
interface Days {
  readonly first: Temporal.PlainDate;
  readonly last: Temporal.PlainDate;
}

/**
 * Finds out what is meant, in the team's time zone. Days are whole days, and the last one is included; a period that is
 * not over yet ends now. It is compared with as many days before it, a month with the month before.
 * Not for the last sprint: see {@link isSprintPeriod}.
 * @throws BugflowError
 */
export function resolvePeriod(asked: AskedPeriod, context: PeriodContext): ResolvedPeriod {
  const { nowMs, timeZone } = context;
  const today = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(timeZone).toPlainDate();
  const { name, from, to } = asked;
  if (from !== undefined || to !== undefined) return between(from, to, context, today);
  const days = namedDays(name ?? '', today, context.isWorkingDay);
  if (days === undefined) {
    const known = [...PERIOD_NAMES, 'last N days'].join(', ');
    throw new BugflowError('REPORT_USAGE', `there is no period "${name ?? ''}"; known are ${known}`);
  }
  return withBefore(days, name === 'this month' || name === 'last month', name ?? '', context);
}

function namedDays(
  name: string,
  today: Temporal.PlainDate,
  isWorkingDay: PeriodContext['isWorkingDay'],
): Days | undefined {
  const yesterday = today.subtract({ days: 1 });
  const monday = today.subtract({ days: today.dayOfWeek - 1 });
  const month = today.with({ day: 1 });
  switch (name) {
    case 'today':
      return { first: today, last: today };
    case 'yesterday':
      return { first: yesterday, last: yesterday };
    case 'last working day': {
      const day = lastWorkingDay(yesterday, isWorkingDay);
      return { first: day, last: day };
    }
    case 'this week':
      return { first: monday, last: today };
    case 'last week':
      return { first: monday.subtract({ days: 7 }), last: monday.subtract({ days: 1 }) };
    case 'this month':
      return { first: month, last: today };
    case 'last month':
      return { first: month.subtract({ months: 1 }), last: month.subtract({ days: 1 }) };
  }
  const [, days] = LAST_DAYS.exec(name) ?? [];
  return days === undefined ? undefined : { first: today.subtract({ days: Number(days) - 1 }), last: today };
}

/** A team that never works has yesterday. */
function lastWorkingDay(
  yesterday: Temporal.PlainDate,
  isWorkingDay: PeriodContext['isWorkingDay'],
): Temporal.PlainDate {
  for (let days = 0; days < 366; days++) {
    const day = yesterday.subtract({ days });
    if (isWorkingDay(day)) return day;
  }
  return yesterday;
}

function between(
  from: string | undefined,
  to: string | undefined,
  context: PeriodContext,
  today: Temporal.PlainDate,
): ResolvedPeriod {
  if (from === undefined)
    throw new BugflowError('REPORT_USAGE', 'a period with an end needs a beginning: give `from`, too');
  const first = parseDay(from);
  const last = to === undefined ? today : parseDay(to);
  if (first && last) {
    if (Temporal.PlainDate.compare(first, last) > 0)
      throw new BugflowError('REPORT_USAGE', `the period from ${from} to ${last} ends before it begins`);
    return withBefore({ first, last }, false, titleOf({ first, last }), context);
  }
  const fromMs = first ? beginOf(first, context.timeZone) : parseMoment(from);
  const toMs =
    to === undefined
      ? context.nowMs
      : last
        ? beginOf(last.add({ days: 1 }), context.timeZone)
        : parseMoment(to);
  if (toMs <= fromMs)
    throw new BugflowError('REPORT_USAGE', `the period from ${from} to ${to ?? 'now'} ends before it begins`);
  const before = { fromMs: fromMs - (toMs - fromMs), toMs: fromMs };
  return { fromMs, toMs, before, title: `${from} to ${to ?? 'now'}` };
}

function withBefore(
  { first, last }: Days,
  isMonth: boolean,
  title: string,
  { nowMs, timeZone }: PeriodContext,
): ResolvedPeriod {
  const fromMs = beginOf(first, timeZone);
  const length = isMonth ? { months: 1 } : { days: first.until(last).days + 1 };
  const endMs = beginOf(last.add({ days: 1 }), timeZone);
  const toMs = Math.max(fromMs, Math.min(endMs, nowMs));
  const beforeMs = beginOf(first.subtract(length), timeZone);
  // What is not over is compared with as much of the one before.
  return {
    fromMs,
    toMs,
    title,
    before: { fromMs: beforeMs, toMs: Math.min(fromMs, beforeMs + toMs - fromMs) },
  };
}

/** `2026-06-01`; undefined where it is not a day. @throws BugflowError for a day that does not exist */
function parseDay(text: string): Temporal.PlainDate | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return undefined;
  try {
    return Temporal.PlainDate.from(text, { overflow: 'reject' });
  } catch {
    throw new BugflowError('REPORT_USAGE', `there is no day ${text}`);
  }
}

/** `2026-06-01T09:00:00Z` @throws BugflowError */
function parseMoment(text: string): number {
  try {
    return Temporal.Instant.from(text).epochMilliseconds;
  } catch {
    throw new BugflowError(
      'REPORT_USAGE',
      `"${text}" is neither a day nor a moment; write it like 2026-06-01 or 2026-06-01T09:00:00Z`,
    );
  }
}

function beginOf(date: Temporal.PlainDate, timeZone: string): number {
  return date.toZonedDateTime({ timeZone }).epochMilliseconds;
}

function titleOf({ first, last }: Days): string {
  return first.equals(last) ? String(first) : `${first} to ${last}`;
}

/** An item's life, up to now or to its end; it is compared with nothing. */
export function lifePeriod(
  ref: number,
  {
    bornAtMs,
    diedAtMs,
    nowMs,
    timeZone,
  }: {
    readonly bornAtMs: number;
    readonly diedAtMs: number | undefined;
    readonly nowMs: number;
    readonly timeZone: string;
  },
): ResolvedPeriod {
  const dayOf = (ms: number): string =>
    String(Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone).toPlainDate());
  return {
    fromMs: bornAtMs,
    toMs: Math.max(bornAtMs, diedAtMs ?? nowMs),
    before: { fromMs: bornAtMs, toMs: bornAtMs },
    title: `#${ref}, ${dayOf(bornAtMs)} to ${diedAtMs === undefined ? 'now' : dayOf(diedAtMs)}`,
  };
}
