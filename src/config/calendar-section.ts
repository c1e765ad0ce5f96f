import { z } from 'zod';
import { defineSection } from './section.js';

export const WEEKDAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;

const hours = z
  .string()
  .transform((text, context): { readonly startMinute: number; readonly endMinute: number } => {
    const parsed = parseHours(text);
    if (parsed !== undefined) return parsed;
    context.addIssue(
      `"${text}" are not working hours; write them like 09:00-17:00, on one day: from 00:00 to 24:00 at most`,
    );
    return z.NEVER;
  });

const holiday = z.string().transform((text, context): Holiday => {
  const parsed = parseHoliday(text);
  if (parsed !== undefined) return parsed;
  context.addIssue(
    `"${text}" is not a date; write it like 2026-12-24, or 12-25 for the same day of every year`,
  );
  return z.NEVER;
});

const calendarSchema = z.strictObject({
  weekdays: z
    .array(z.enum(WEEKDAYS))
    .min(1, 'name at least one weekday')
    .default(['monday', 'tuesday', 'wednesday', 'thursday', 'friday'])
    .describe('Days on which the team works.'),
  hours: hours
    .prefault('09:00-17:00')
    .describe('When it works on these days, in `time_zone`; `00:00-24:00`: all day.'),
  holidays: z
    .array(holiday)
    .prefault([])
    .describe(
      'Days on which the team does not work: `2026-12-24`, or `12-25` for the same day of every year. Days that move, like Easter, need a date for each year.',
    ),
});

/** A day on which nobody works; without a year it is that day of every year. */
export interface Holiday {
  readonly year: number | undefined;
  /** 1 … 12 */
  readonly month: number;
  /** 1 … 31 */
  readonly day: number;
}

/** When the team works, in the configured time zone. */
export interface CalendarConfig {
  /** 1 Monday … 7 Sunday, sorted, without repetitions. */
  readonly weekdays: readonly number[];
  /** Minutes of the day, 0 … 1440; the end is exclusive. */
  readonly startMinute: number;
  readonly endMinute: number;
  readonly holidays: readonly Holiday[];
}

export const calendarSection = defineSection({
  key: 'calendar',
  name: 'calendar',
  schema: calendarSchema
    .prefault({})
    .describe('When the team works: it defines working days, and when warnings may be sent.'),
  resolve: calendarConfig,
});

function calendarConfig(raw: z.output<typeof calendarSchema>): CalendarConfig {
  return {
    weekdays: WEEKDAYS.flatMap((name, i) => (raw.weekdays.includes(name) ? [i + 1] : [])),
    ...raw.hours,
    holidays: raw.holidays,
  };
}

/** The length of a working day in seconds. */
export function secondsOfWorkingDay({ startMinute, endMinute }: CalendarConfig): number {
  return (endMinute - startMinute) * 60;
}

function parseHours(text: string): { startMinute: number; endMinute: number } | undefined {
  const match = /^(\d\d):([0-5]\d)-(\d\d):([0-5]\d)$/.exec(text);
  if (!match) return undefined;
  const [startHour = 0, startRest = 0, endHour = 0, endRest = 0] = match.slice(1).map(Number);
  const startMinute = startHour * 60 + startRest;
  const endMinute = endHour * 60 + endRest;
  return startMinute < endMinute && endMinute <= 1440 ? { startMinute, endMinute } : undefined;
}

/** A leap year, to check dates without a year. */
const EVERY_YEAR = 2000;

function parseHoliday(text: string): Holiday | undefined {
  const match = /^(?:([12]\d{3})-)?(\d\d)-(\d\d)$/.exec(text);
  if (!match) return undefined;
  const year = match[1] === undefined ? undefined : Number(match[1]);
  const [month, day] = [Number(match[2]), Number(match[3])];
  const date = new Date(Date.UTC(year ?? EVERY_YEAR, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? { year, month, day } : undefined;
}
