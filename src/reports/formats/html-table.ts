import { type Html, html } from '../../base/html.js';
import type { ColumnDefinition } from '../definition.js';
import type { SectionResult } from '../result.js';
import { isNumeric } from '../units.js';
import { cellHtml } from './cell-html.js';
import type { LinkOf } from './links.js';

/**
 * The rows as a table; on a narrow screen each is a card, whose values are below the titles of their columns.
 * @param taigaLinkOf where a cell leads in Taiga, beside where `linkOf` says
 * @throws BugflowError
 */
export function htmlTable(
  { definition, rows }: SectionResult,
  timeZone: string,
  linkOf: LinkOf,
  taigaLinkOf: LinkOf,
): Html {
  const { columns } = definition;
  return html`<div class="scroll"><table class="cards">
<thead><tr>${columns.map((column) => html`<th scope="col"${classOf(column)}>${column.title}</th>`)}</tr></thead>
<tbody>
${rows.map(
  (row) => html`<tr>${columns.map((column, i) => {
    const shown = cellHtml(row[i] ?? null, column, definition, timeZone);
    if (shown === '') return html`<td></td>`;
    const address = linkOf(column, columns, row);
    const inTaiga = taigaLinkOf(column, columns, row);
    return html`<td${classOf(column)} data-title="${column.title}">${address === undefined ? shown : html`<a href="${address}">${shown}</a>`}${
      inTaiga && html` <a href="${inTaiga}" aria-label="${row[i] ?? ''} in Taiga" title="in Taiga">↗</a>`
    }</td>`;
  })}</tr>
`,
)}</tbody>
</table></div>`;
}

function classOf({ name, unit }: ColumnDefinition): Html | undefined {
  if (name === 'subject') return html` class="wide"`;
  return isNumeric(unit) ? html` class="number"` : undefined;
}
