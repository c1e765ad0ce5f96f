import { type Html, html } from '../../base/html.js';
import { htmlPage } from '../../base/html-page.js';
import { chartHtml } from '../charts/chart.js';
import type { BarLinkOf } from '../charts/linked.js';
import type { ColumnDefinition } from '../definition.js';
import { type ItemLinkOf, taigaItemUrl } from '../item-url.js';
import type { Cell, ReportResult, SectionResult } from '../result.js';
import { cellHtml } from './cell-html.js';
import { comparison } from './comparison.js';
import { htmlTable } from './html-table.js';
import { createBarLinks, createItemLinks, createLinks, createTaigaLinks, type LinkOf } from './links.js';

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

/**
 * All sections, for a page that says itself what was asked for.
 * @param serviceUrl the address of the service's pages, to lead to; see {@link createLinks}
 * @throws BugflowError
 */
export function reportHtml(result: ReportResult, serviceUrl?: string): Html {
  const { sections, timeZone, taigaUrl, item } = result;
  const context = {
    timeZone,
    linkOf: createLinks(result, serviceUrl),
    taigaLinkOf: createTaigaLinks(result, serviceUrl),
    itemLinkOf: createItemLinks(result, serviceUrl),
    barLinkOf: createBarLinks(result, serviceUrl),
  };
  const inTaiga = item?.now && taigaItemUrl(taigaUrl, item.now);
  return html`${inTaiga && html`<p><a href="${inTaiga}">Open in Taiga</a></p>\n`}${sections.map(
    (section) => html`<section class="card" id="${section.definition.name}">
<h2>${section.definition.title}</h2>
${section.definition.description === '' ? undefined : html`<p class="soft">${section.definition.description}</p>`}
${contentOf(section, context)}
${section.isCut ? html`<p class="soft">Only the first ${section.rows.length} rows.</p>` : undefined}
</section>
`,
  )}`;
}

interface Context {
  readonly timeZone: string;
  readonly linkOf: LinkOf;
  readonly taigaLinkOf: LinkOf;
  readonly itemLinkOf: ItemLinkOf;
  readonly barLinkOf: BarLinkOf;
}

function contentOf(section: SectionResult, context: Context): Html {
  const { timeZone, linkOf, taigaLinkOf } = context;
  const { definition, rows } = section;
  if (rows.length === 0) return html`<p>${definition.empty}</p>`;
  if (definition.shape === 'numbers') return numbers(section, timeZone, linkOf);
  const table = (): Html => htmlTable(section, timeZone, linkOf, taigaLinkOf);
  if (definition.chart === undefined) return table();
  const chart = chartHtml(section, definition.chart, context);
  if (chart === undefined) return html`<p>${definition.empty}</p>`;
  return html`${chart}
<details><summary>As a table</summary>
${table()}
</details>`;
}

/** Each with what it was in the period before, and whether that is better. */
function numbers({ definition, rows, before }: SectionResult, timeZone: string, linkOf: LinkOf): Html {
  const text = (cell: Cell | undefined, column: ColumnDefinition): Html | string =>
    cellHtml(cell ?? null, column, definition, timeZone) || '–';
  return html`<div class="tiles">
${definition.columns.map((column, i) => {
  const [now, was] = [rows[0]?.[i], before?.[0]?.[i]];
  const word = comparison(column, now, was);
  const address = linkOf(column, definition.columns, rows[0] ?? []);
  const figure = text(now, column);
  return html`<div class="card"><div class="soft">${column.title}</div><div class="figure">${address === undefined ? figure : html`<a href="${address}">${figure}</a>`}</div>${
    before &&
    html`<div class="soft">before: ${text(was, column)}${word && html`, <span class="${word === 'better' ? 'good' : 'bad'}">${word}</span>`}</div>`
  }</div>
`;
})}</div>`;
}
