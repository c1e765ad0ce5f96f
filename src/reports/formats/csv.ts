import type { ReportResult, SectionResult } from '../result.js';
import { isNumeric } from '../units.js';
import { numberOf, timeOf, trendOf } from '../values.js';

/** Spreadsheets take a file with this for UTF-8, and others for whatever the machine's language used to have. */
const BYTE_ORDER_MARK = '\ufeff';
/** A spreadsheet would calculate what begins like this, and could be made to send data away. */
const FORMULA = /^[=+\-@\t\r]/;

/** A section as a file that spreadsheets open: RFC 4180, times in the team's time zone. @throws BugflowError */
export function sectionToCsv({ definition, rows }: SectionResult, timeZone: string): string {
  const { columns } = definition;
  const lines = rows.map((row) =>
    row.map((cell, i) => {
      const column = columns[i];
      if (cell === null || column === undefined) return '';
      if (column.unit === 'time') {
        const time = timeOf(cell, column, definition, timeZone);
        return `${time.toPlainDate()} ${time.toPlainTime().toString({ smallestUnit: 'second' })}`;
      }
      if (column.unit === 'trend') return trendOf(cell, column, definition).map(String).join(' ');
      if (isNumeric(column.unit)) return String(numberOf(cell, column, definition));
      return quoted(FORMULA.test(cell) ? `'${cell}` : cell);
    }),
  );
  const header = columns.map(({ name }) => quoted(name));
  return BYTE_ORDER_MARK + [header, ...lines].map((cells) => `${cells.join(',')}\r\n`).join('');
}

/** What the report was asked for, as lines of `name: value`. */
export function parametersText({
  definition,
  projects,
  item,
  period,
  readAtMs,
  timeZone,
}: ReportResult): string {
  const moment = (ms: number): string => new Date(ms).toISOString();
  return [
    `report: ${definition.name}`,
    `projects: ${projects.join(', ')}`,
    ...(item ? [`item: ${item.ref}`] : []),
    `period: ${period.title}`,
    `from: ${moment(period.fromMs)}`,
    `to: ${moment(period.toMs)}`,
    `time_zone: ${timeZone}`,
    `read_at: ${moment(readAtMs)}`,
    '',
  ].join('\n');
}

function quoted(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
