import { type Html, html } from '../../base/html.js';
import { htmlPage } from '../../base/html-page.js';
import type { ColumnDefinition } from '../definition.js';
import type { Cell, ReportResult, SectionResult } from '../result.js';
import { formatValue, isNumeric } from '../values.js';
import { comparison } from './comparison.js';
import { itemUrl } from './item-url.js';

/** The report as one file, which needs nothing else. @throws BugflowError */
export function toHtml(result: ReportResult): string {
  return htmlPage({ title: result.definition.title, content: html`${heading(result)}${reportHtml(result)}` });
}

/** What was asked for. */
function heading({ definition, projects, period }: ReportResult): Html {
  return html`<h1>${definition.title}</h1>
<p>${definition.description}</p>
<p class="soft">${projects.join(', ')} – ${period.title}</p>
`;
}

/** All sections, for a page that says itself what was asked for. @throws BugflowError */
export function reportHtml({ sections, timeZone, taigaUrl }: ReportResult): Html {
  return html`${sections.map(
    (section) => html`<section class="card" id="${section.definition.name}">
<h2>${section.definition.title}</h2>
${section.definition.description === '' ? undefined : html`<p class="soft">${section.definition.description}</p>`}
${contentOf(section, timeZone, taigaUrl)}
${section.isCut ? html`<p class="soft">Only the first ${section.rows.length} rows.</p>` : undefined}
</section>
`,
  )}`;
}

function contentOf(section: SectionResult, timeZone: string, taigaUrl: string): Html {
  const { definition, rows } = section;
  if (rows.length === 0) return html`<p>${definition.empty}</p>`;
  if (definition.shape === 'numbers') return numbers(section, timeZone);
  const { columns } = definition;
  const linked = definition.shape === 'items' ? columns.findIndex(({ name }) => name === 'ref') : -1;
  return html`<div class="scroll"><table>
<thead><tr>${columns.map((column) => html`<th scope="col"${classOf(column)}>${column.title}</th>`)}</tr></thead>
<tbody>
${rows.map(
  (row) => html`<tr>${columns.map((column, i) => {
    const text = formatValue(row[i] ?? null, column, definition, timeZone);
    const address = i === linked ? itemUrl(taigaUrl, columns, row) : undefined;
    return html`<td${classOf(column)}>${address === undefined ? text : html`<a href="${address}">${text}</a>`}</td>`;
  })}</tr>
`,
)}</tbody>
</table></div>`;
}

/** Each with what it was in the period before, and whether that is better. */
function numbers({ definition, rows, before }: SectionResult, timeZone: string): Html {
  const text = (cell: Cell | undefined, column: ColumnDefinition): string =>
    formatValue(cell ?? null, column, definition, timeZone) || '–';
  return html`<div class="tiles">
${definition.columns.map((column, i) => {
  const [now, was] = [rows[0]?.[i], before?.[0]?.[i]];
  const word = comparison(column, now, was);
  return html`<div class="card"><div class="soft">${column.title}</div><div class="figure">${text(now, column)}</div>${
    before &&
    html`<div class="soft">before: ${text(was, column)}${word && html`, <span class="${word === 'better' ? 'good' : 'bad'}">${word}</span>`}</div>`
  }</div>
`;
})}</div>`;
}

function classOf({ unit }: ColumnDefinition): Html | undefined {
  return isNumeric(unit) ? html` class="number"` : undefined;
}
