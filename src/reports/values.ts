import { Temporal } from 'temporal-polyfill';
import { BugflowError } from '../base/errors.js';
import type { ColumnDefinition, SectionDefinition } from './definition.js';
import type { Cell } from './result.js';
import { type Trend, trendText } from './trend.js';
import { durationUnit, isNumeric } from './units.js';

/** @throws BugflowError for a value that does not fit its unit */
export function numberOf(cell: Cell, column: ColumnDefinition, section: SectionDefinition): number | null {
  if (cell === null) return null;
  const value = Number(cell);
  if (cell.trim() !== '' && Number.isFinite(value)) return value;
  throw badValue(cell, column, section, 'a number');
}

/** `{1,2.5,NULL}`, as PostgreSQL writes an array. @throws BugflowError */
export function trendOf(cell: string, column: ColumnDefinition, section: SectionDefinition): Trend {
  const [, inner] = /^\{([^{}]*)\}$/.exec(cell) ?? [];
  if (inner === undefined) throw badValue(cell, column, section, 'an array of numbers');
  if (inner === '') return [];
  return inner.split(',').map((element) => {
    if (element === 'NULL') return null;
    const value = Number(element);
    if (element.trim() === '' || !Number.isFinite(value))
      throw badValue(cell, column, section, 'an array of numbers');
    return value;
  });
}

/** `2026-11-20 10:00:00.5+00`, as PostgreSQL writes it, in the time zone. @throws BugflowError */
export function timeOf(
  cell: string,
  column: ColumnDefinition,
  section: SectionDefinition,
  timeZone: string,
): Temporal.ZonedDateTime {
  try {
    return Temporal.Instant.from(cell.replace(' ', 'T')).toZonedDateTimeISO(timeZone);
  } catch {
    throw badValue(cell, column, section, 'a time with its zone');
  }
}

/** @throws BugflowError */
export function dateOf(
  cell: string,
  column: ColumnDefinition,
  section: SectionDefinition,
): Temporal.PlainDate {
  try {
    return Temporal.PlainDate.from(cell);
  } catch {
    throw badValue(cell, column, section, 'a date');
  }
}

function badValue(
  cell: string,
  { name, unit }: ColumnDefinition,
  { sql }: SectionDefinition,
  wanted: string,
) {
  return new BugflowError(
    'REPORT_VALUE',
    `column "${name}" has the unit ${unit}, so it must be ${wanted}: ${cell}`,
    {
      place: { file: sql.file, line: sql.line },
    },
  );
}

/** The value for people: `1,234`, `2.5 days`, `45 %`, `2026-11-20 11:00`, `▁▃▇`. @throws BugflowError */
export function formatValue(
  cell: Cell,
  column: ColumnDefinition,
  section: SectionDefinition,
  timeZone: string,
): string {
  if (cell === null) return '';
  const { unit } = column;
  if (unit === 'time') {
    const time = timeOf(cell, column, section, timeZone);
    return `${time.toPlainDate()} ${time.toPlainTime().toString({ smallestUnit: 'minute' })}`;
  }
  if (unit === 'trend') return trendText(trendOf(cell, column, section));
  if (!isNumeric(unit)) return cell;
  const value = numberOf(cell, column, section) ?? 0;
  if (unit === 'duration') return formatDuration(value);
  if (unit === 'share') return `${formatNumber(value * 100, Math.abs(value) < 0.1 ? 1 : 0)} %`;
  return formatNumber(value, unit === 'items' ? 0 : 1);
}

export function formatNumber(value: number, decimals: number): string {
  return new Intl.NumberFormat('en', { maximumFractionDigits: decimals }).format(value);
}

/** Two digits are enough: nobody decides by more. */
function formatDuration(seconds: number): string {
  const unit = durationUnit(seconds);
  const value = seconds / unit.seconds;
  const shown = formatNumber(value, Math.abs(value) < 10 ? 1 : 0);
  return `${shown} ${unit.name === 'days' && shown === '1' ? 'day' : unit.name}`;
}
