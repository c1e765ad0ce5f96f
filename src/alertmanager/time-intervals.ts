import { type CalendarConfig, type Holiday, WEEKDAYS } from '../config/calendar-section.js';

/** An interval in Alertmanager's configuration: all fields that are given must match. */
export interface TimeInterval {
  readonly times?: readonly { readonly start_time: string; readonly end_time: string }[];
  readonly weekdays?: readonly string[];
  readonly days_of_month?: readonly string[];
  readonly months?: readonly string[];
  readonly years?: readonly string[];
  readonly location: string;
}

const DAY_MINUTES = 1440;

/** The times when nobody works; empty when there are none. */
export function timeOff(calendar: CalendarConfig, timeZone: string): readonly TimeInterval[] {
  const { startMinute, endMinute, weekdays, holidays } = calendar;
  const location = timeZone;
  const free = WEEKDAYS.filter((_, i) => !weekdays.includes(i + 1));
  // A range must not cross midnight.
  const nights = [
    ...(startMinute > 0 ? [{ start_time: '00:00', end_time: clock(startMinute) }] : []),
    ...(endMinute < DAY_MINUTES ? [{ start_time: clock(endMinute), end_time: '24:00' }] : []),
  ];
  return [
    ...(nights.length > 0 ? [{ times: nights, location }] : []),
    ...(free.length > 0 ? [{ weekdays: free, location }] : []),
    ...holidays.map((holiday) => ({ ...dayOf(holiday), location })),
  ];
}

function dayOf({ year, month, day }: Holiday): Omit<TimeInterval, 'location'> {
  return {
    days_of_month: [String(day)],
    months: [String(month)],
    ...(year === undefined ? {} : { years: [String(year)] }),
  };
}

function clock(minutes: number): string {
  const pad = (part: number): string => String(part).padStart(2, '0');
  return `${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}
