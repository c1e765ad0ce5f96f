import type { Cell, ReportResult, SectionResult } from '../result.js';
import type { Trend } from '../trend.js';
import { isNumeric } from '../units.js';
import { numberOf, timeOf, trendOf } from '../values.js';

/** The report for programs: numbers as numbers, times in UTC. @throws BugflowError */
export function toJson(result: ReportResult): string {
  const { definition, projects, item, period, readAtMs, timeZone, sections } = result;
  const range = ({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }) => ({
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
  });
  const document = {
    report: definition.name,
    title: definition.title,
    projects,
    ...(item && { item: item.ref }),
    period: { title: period.title, ...range(period), before: range(period.before) },
    time_zone: timeZone,
    read_at: new Date(readAtMs).toISOString(),
    sections: sections.map((section) => ({
      section: section.definition.name,
      title: section.definition.title,
      columns: section.definition.columns.map(({ name, title, unit }) => ({ name, title, unit })),
      rows: section.rows.map((row) => rowOf(row, section)),
      ...(section.before && { before: section.before.map((row) => rowOf(row, section)) }),
      is_cut: section.isCut,
    })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function rowOf(
  row: readonly Cell[],
  { definition }: SectionResult,
): Record<string, string | number | null | Trend> {
  return Object.fromEntries(
    definition.columns.map((column, i) => {
      const cell = row[i] ?? null;
      if (cell !== null && column.unit === 'time')
        return [column.name, timeOf(cell, column, definition, 'UTC').toInstant().toString()];
      if (cell !== null && column.unit === 'trend') return [column.name, trendOf(cell, column, definition)];
      return [column.name, isNumeric(column.unit) ? numberOf(cell, column, definition) : cell];
    }),
  );
}
