import { type Html, html } from '../../base/html.js';
import type { ChartData } from './data.js';
import { shortened } from './short-text.js';

const MOST_LETTERS = 80;
const MOST_LINES = 12;

/** What a browser shows where the pointer is. */
export function tooltip(lines: readonly string[]): Html {
  const shown = lines.slice(0, MOST_LINES).map((line) => shortened(line, MOST_LETTERS));
  const rest = lines.length - shown.length;
  return html`<title>${[...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join('\n')}</title>`;
}

/** All that a row says, in the order of its columns. */
export function rowLines({ section, text }: ChartData, row: number): string[] {
  return section.definition.columns.flatMap((column) => {
    const value = text(row, column);
    return value === '' ? [] : `${column.title}: ${value}`;
  });
}
