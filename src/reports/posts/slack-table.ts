import { MAX_TABLE_COLUMNS, MAX_TABLE_ROWS, type TableBlock, tableBlock } from '../../slack/table-block.js';
import type { LinkOf } from '../formats/links.js';
import type { SectionResult } from '../result.js';
import { isNumeric } from '../units.js';
import { formatValue } from '../values.js';

/** A table as Slack shows it, and in words what it leaves out. */
export interface SlackTable {
  readonly block: TableBlock;
  readonly notes: readonly string[];
}

/** Undefined where it does not fit into a message. @throws BugflowError for a value that does not fit its unit */
export function slackTable(
  { definition, rows, isCut }: SectionResult,
  timeZone: string,
  linkOf: LinkOf,
): SlackTable | undefined {
  const { columns } = definition;
  const shown = columns.slice(0, MAX_TABLE_COLUMNS);
  const block = tableBlock({
    columns: shown.map(({ title, unit }) => ({ title, isNumber: isNumeric(unit) })),
    rows: rows.slice(0, MAX_TABLE_ROWS).map((row) =>
      shown.map((column, i) => {
        const text = formatValue(row[i] ?? null, column, definition, timeZone);
        return {
          text: column.name === 'ref' && text !== '' ? `#${text}` : text,
          url: text === '' ? undefined : linkOf(column, columns, row),
        };
      }),
    ),
  });
  if (!block) return undefined;
  const missing = rows.length - (block.rows.length - 1);
  return {
    block,
    notes: [
      ...(missing > 0 || isCut ? [`… and ${isCut ? 'at least ' : ''}${Math.max(1, missing)} more`] : []),
      ...(columns.length > shown.length
        ? [
            `without the columns ${columns
              .slice(MAX_TABLE_COLUMNS)
              .map(({ title }) => title)
              .join(', ')}`,
          ]
        : []),
    ],
  };
}
