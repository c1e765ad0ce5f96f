import { type Html, html } from '../../base/html.js';
import type { ReportDefinition } from '../../reports/definition.js';
import type { ReportResult } from '../../reports/result.js';
import type { Page } from './layout.js';
import { type ReportBodyOf, reportList, timeOf } from './reports.js';

export interface StartPageFacts {
  /** How all projects are doing, or in a sentence why that is not known. */
  readonly outcome: ReportResult | string;
  readonly reports: readonly ReportDefinition[];
  readonly bodyOf: ReportBodyOf;
}

/** `/`, without what has to be read. */
export function startPage(): Page {
  return { title: 'Projects', content: html`<h1>Projects</h1>` };
}

/** How all projects are doing, and the reports. */
export function startContent({ outcome, reports, bodyOf }: StartPageFacts): Html {
  return html`${
    typeof outcome === 'string'
      ? html`<p role="status">${outcome}</p>`
      : html`<p class="soft">${outcome.period.title}, read at ${timeOf(outcome)} – <a href="/reports/${outcome.definition.name}">another period</a></p>
${bodyOf(outcome)}`
  }
<h2>Reports</h2>
${reportList(reports)}`;
}
