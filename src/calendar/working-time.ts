import { Temporal } from 'temporal-polyfill';
import type { CalendarConfig } from '../config/calendar-section.js';

/** A team's working time: its calendar, in this time zone. Moments are Unix milliseconds. */
export interface WorkingTime {
  readonly calendar: CalendarConfig;
  readonly timeZone: string;
}

/** Taiga's first year. The count from here is large, so that a change of the calendar shows as a jump. */
const BEGIN = Temporal.PlainDate.from({ year: 2014, month: 1, day: 1 });

/** The moment since which so many seconds of working time have passed until `atMs`; not before 2014. */
export function workingTimeBefore(time: WorkingTime, atMs: number, seconds: number): number {
  let leftMs = seconds * 1000;
  let date = dateAt(atMs, time.timeZone);
  for (; Temporal.PlainDate.compare(date, BEGIN) >= 0; date = date.subtract({ days: 1 })) {
    const day = workingDay(time, date);
    if (!day) continue;
    const ofDayMs = workedMs(day, atMs);
    if (ofDayMs >= leftMs) return day.startMs + ofDayMs - leftMs;
    leftMs -= ofDayMs;
  }
  return momentOf(BEGIN, 0, time.timeZone);
}

/**
 * Counts the seconds of working time since 2014, exact to the millisecond; a later moment never has less. Fast for moments
 * in ascending order; an earlier moment counts from the start again.
 */
export function createWorkingSeconds(time: WorkingTime): (atMs: number) => number {
  let days = workingDaysFrom(BEGIN, time);
  let day = days.next().value;
  let next = days.next().value;
  /** The working time before `day`. */
  let beforeMs = 0;

  return (atMs) => {
    if (atMs < day.startMs && beforeMs > 0) {
      days = workingDaysFrom(BEGIN, time);
      day = days.next().value;
      next = days.next().value;
      beforeMs = 0;
    }
    for (; next.startMs <= atMs; next = days.next().value) {
      beforeMs += day.endMs - day.startMs;
      day = next;
    }
    return (beforeMs + workedMs(day, atMs)) / 1000;
  };
}

/** Whether the team works on a day, at any hour of it. */
export function isWorkingDay(time: WorkingTime, date: Temporal.PlainDate): boolean {
  return workingDay(time, date) !== undefined;
}

interface WorkingDay {
  readonly startMs: number;
  readonly endMs: number;
}

function workedMs({ startMs, endMs }: WorkingDay, atMs: number): number {
  return Math.max(0, Math.min(atMs, endMs) - startMs);
}

function* workingDaysFrom(date: Temporal.PlainDate, time: WorkingTime): Generator<WorkingDay, never> {
  for (let each = date; ; each = each.add({ days: 1 })) {
    const day = workingDay(time, each);
    if (day) yield day;
  }
}

function workingDay({ calendar, timeZone }: WorkingTime, date: Temporal.PlainDate): WorkingDay | undefined {
  const { weekdays, holidays, startMinute, endMinute } = calendar;
  const isHoliday = holidays.some(
    ({ year = date.year, month, day }) => date.day === day && date.month === month && date.year === year,
  );
  if (isHoliday || !weekdays.includes(date.dayOfWeek)) return undefined;
  return { startMs: momentOf(date, startMinute, timeZone), endMs: momentOf(date, endMinute, timeZone) };
}

function dateAt(atMs: number, timeZone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone).toPlainDate();
}

/** The instant of a local time of day. Where the clock skips that time, a moment near it. */
function momentOf(date: Temporal.PlainDate, minuteOfDay: number, timeZone: string): number {
  // 24:00 is the beginning of the next day.
  const days = Math.floor(minuteOfDay / (24 * 60));
  const minutes = minuteOfDay % (24 * 60);
  const plainTime = { hour: Math.floor(minutes / 60), minute: minutes % 60 };
  return date.add({ days }).toZonedDateTime({ timeZone, plainTime }).epochMilliseconds;
}
