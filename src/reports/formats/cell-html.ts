import type { Html } from '../../base/html.js';
import type { ColumnDefinition, SectionDefinition } from '../definition.js';
import type { Cell } from '../result.js';
import { formatValue, trendOf } from '../values.js';
import { trendHtml } from './trend-html.js';

/** The value as pages show it; an empty text where there is none. @throws BugflowError */
export function cellHtml(
  cell: Cell,
  column: ColumnDefinition,
  section: SectionDefinition,
  timeZone: string,
): Html | string {
  if (cell !== null && column.unit === 'trend') return trendHtml(trendOf(cell, column, section)) ?? '';
  return formatValue(cell, column, section, timeZone);
}
