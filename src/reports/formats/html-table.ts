import { type Html, html } from '../../base/html.js';
import type { ColumnDefinition } from '../definition.js';
import type { SectionResult } from '../result.js';
import { isNumeric } from '../units.js';
import { formatValue } from '../values.js';
import type { LinkOf } from './links.js';

/**
 * The rows as a table.
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
  return html`<div class="scroll"><table>
<thead><tr>${columns.map((column) => html`<th scope="col"${classOf(column)}>${column.title}</th>`)}</tr></thead>
<tbody>
${rows.map(
  (row) => html`<tr>${columns.map((column, i) => {
    const text = formatValue(row[i] ?? null, column, definition, timeZone);
    const address = linkOf(column, columns, row);
    const inTaiga = taigaLinkOf(column, columns, row);
    return html`<td${classOf(column)}>${address === undefined ? text : html`<a href="${address}">${text}</a>`}${
      inTaiga && html` <a href="${inTaiga}" aria-label="${text} in Taiga" title="in Taiga">↗</a>`
    }</td>`;
  })}</tr>
`,
)}</tbody>
</table></div>`;
}

function classOf({ unit }: ColumnDefinition): Html | undefined {
  return isNumeric(unit) ? html` class="number"` : undefined;
}
