import { type Html, html } from '../../base/html.js';
import type { ColumnDefinition } from '../definition.js';
import type { Cell } from '../result.js';
import type { ChartDefinition } from './definition.js';
import { shortened } from './short-text.js';

/** Where a bar leads; undefined: nowhere. */
export type BarLinkOf = (
  chart: Pick<ChartDefinition, 'x' | 'covers'>,
  column: ColumnDefinition,
  columns: readonly ColumnDefinition[],
  row: readonly Cell[],
) => string | undefined;

const MOST_LETTERS = 200;

/**
 * A mark that leads somewhere, for the pointer: by the keyboard one goes through the table.
 * @param lines what the mark says
 */
export function linked(mark: Html, address: string | undefined, lines: readonly string[]): Html {
  if (address === undefined) return mark;
  return html`<a href="${address}" tabindex="-1" aria-label="${shortened(lines.join(', '), MOST_LETTERS)}">${mark}</a>`;
}
