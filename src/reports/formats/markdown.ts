import type { ReportResult, SectionResult } from '../result.js';
import { isNumeric } from '../units.js';
import { formatValue } from '../values.js';
import { comparison } from './comparison.js';

/** The report as text that people read, and wikis and chats show. @throws BugflowError */
export function toMarkdown(result: ReportResult): string {
  const { definition, projects, period, sections, timeZone } = result;
  const head = [
    `# ${escaped(definition.title)}`,
    `${escaped(projects.join(', '))} – ${escaped(period.title)}`,
  ];
  return `${[...head, ...sections.map((section) => sectionOf(section, timeZone))].join('\n\n')}\n`;
}

function sectionOf({ definition, rows, before, isCut }: SectionResult, timeZone: string): string {
  const { title, description, columns, shape, empty } = definition;
  const parts = [`## ${escaped(title)}`];
  if (description !== '') parts.push(escaped(description));
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const text = (row: readonly (string | null)[], i: number): string => {
    const column = columns[i];
    return column ? escaped(formatValue(row[i] ?? null, column, definition, timeZone)) : '';
  };
  if (rows.length === 0) parts.push(escaped(empty));
  else if (shape === 'numbers')
    parts.push(
      columns
        .map((column, i) => {
          const was = before?.[0] && text(before[0], i);
          const word = comparison(column, rows[0]?.[i], before?.[0]?.[i]);
          return `- ${escaped(column.title)}: **${text(rows[0] ?? [], i)}**${was ? ` (before: ${was}${word ? `, ${word}` : ''})` : ''}`;
        })
        .join('\n'),
    );
  else
    parts.push(
      [
        line(columns.map((column) => escaped(column.title))),
        line(columns.map(({ unit }) => (isNumeric(unit) ? '--:' : '---'))),
        ...rows.map((row) => line(columns.map((_, i) => text(row, i)))),
      ].join('\n'),
    );
  if (isCut) parts.push(`Only the first ${rows.length} rows.`);
  return parts.join('\n\n');
}

/** No text of Taiga's is taken for markup, and none breaks a table. */
function escaped(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]<>#|~&]/g, (character) =>
      character === '<' ? '&lt;' : character === '&' ? '&amp;' : `\\${character}`,
    );
}
