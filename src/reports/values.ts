import { Temporal } from 'temporal-polyfill';
import { BugflowError } from '../base/errors.js';
import type { ColumnDefinition, SectionDefinition, Unit } from './definition.js';
import type { Cell } from './result.js';

const NUMERIC: ReadonlySet<Unit> = new Set(['number', 'items', 'points', 'duration', 'share']);

export function isNumeric(unit: Unit): boolean {
  return NUMERIC.has(unit);
}

/** @throws BugflowError for a value that does not fit its unit */
export function numberOf(cell: Cell, column: ColumnDefinition, section: SectionDefinition): number | null {
  if (cell === null) return null;
  const value = Number(cell);
  if (cell.trim() !== '' && Number.isFinite(value)) return value;
  throw badValue(cell, column, section, 'a number');
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

/** The value for people: `1,234`, `2.5 days`, `45 %`, `2026-11-20 11:00`. @throws BugflowError */
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
  if (!isNumeric(unit)) return cell;
  const value = numberOf(cell, column, section) ?? 0;
  if (unit === 'duration') return formatDuration(value);
  if (unit === 'share') return `${formatNumber(value * 100, Math.abs(value) < 0.1 ? 1 : 0)} %`;
  return formatNumber(value, unit === 'items' ? 0 : 1);
}

function formatNumber(value: number, decimals: number): string {
  return new Intl.NumberFormat('en', { maximumFractionDigits: decimals }).format(value);
}

const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;

/** Two digits are enough: nobody decides by more. */
function formatDuration(seconds: number): string {
  const size = Math.abs(seconds);
  const [unit, divisor] =
    size >= DAY_S
      ? ['days', DAY_S]
      : size >= HOUR_S
        ? ['h', HOUR_S]
        : size >= MINUTE_S
          ? ['min', MINUTE_S]
          : ['s', 1];
  const value = seconds / Number(divisor);
  const shown = formatNumber(value, Math.abs(value) < 10 ? 1 : 0);
  return `${shown} ${unit === 'days' && shown === '1' ? 'day' : unit}`;
}
