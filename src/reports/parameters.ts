import type { CalendarConfig } from '../config/calendar-section.js';
import type { OwnParameters } from '../taiga/parameters.js';
import type { Period } from './period.js';

/** What a report is asked about, and what of the team's calendar its SQL may need. */
export interface ReportScope {
  readonly projects: readonly string[];
  readonly period: Period;
  readonly calendar: Pick<CalendarConfig, 'weekdays' | 'holidays'>;
  /** In a report about an item, its history key. */
  readonly item?: string | undefined;
}

/**
 * What a report's SQL can bind in addition to the shared parameters: `:projects` (slugs), `:from` and `:to`; `:weekdays` on
 * which the team works (1 is Monday), and `:holidays` (`2026-12-24`, or `12-24` for those of every year); and in a report
 * about an item `:item`.
 */
export function reportParameters({ projects, period, calendar, item }: ReportScope): OwnParameters {
  return {
    projects: { type: 'text[]', value: projects },
    from: { type: 'timestamptz', value: new Date(period.fromMs).toISOString() },
    to: { type: 'timestamptz', value: new Date(period.toMs).toISOString() },
    weekdays: { type: 'integer[]', value: calendar.weekdays },
    holidays: { type: 'text[]', value: calendar.holidays.map(written) },
    ...(item !== undefined && { item: { type: 'text', value: item } }),
  };
}

function written({ year, month, day }: CalendarConfig['holidays'][number]): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  const date = `${two(month)}-${two(day)}`;
  return year === undefined ? date : `${String(year).padStart(4, '0')}-${date}`;
}
