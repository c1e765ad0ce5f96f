import { type Html, html } from '../../base/html.js';
import type { ColumnDefinition } from '../definition.js';
import type { Cell } from '../result.js';
import type { ChartDefinition } from './definition.js';

/** Where a bar leads; undefined: nowhere. */
export type BarLinkOf = (
  chart: Pick<ChartDefinition, 'x' | 'covers'>,
  column: ColumnDefinition,
  columns: readonly ColumnDefinition[],
  row: readonly Cell[],
) => string | undefined;

/** A mark that leads somewhere, for the pointer: by the keyboard one goes through the table. */
export function linked(mark: Html, address: string | undefined): Html {
  return address === undefined ? mark : html`<a href="${address}" tabindex="-1">${mark}</a>`;
}
