import { type Html, html } from '../../base/html.js';
import type { ReportDefinition } from '../../reports/definition.js';
import type { LatestReading } from '../../reports/shared-reports.js';
import type { Page } from './layout.js';
import { readingContent } from './reading.js';
import { type ReportBodyOf, reportList } from './reports.js';

export interface StartPageFacts {
  /** How all projects are doing, or in a sentence why that is not known, or their slugs where they are too many for one page. */
  readonly outcome: LatestReading | string | readonly string[];
  readonly reports: readonly ReportDefinition[];
  readonly bodyOf: ReportBodyOf;
}

/** `/`, without what has to be read. */
export function startPage(): Page {
  return { title: 'Projects', content: html`<h1>Projects</h1>` };
}

/** More take minutes to read, and nobody reads a table that long. */
export const MOST_PROJECTS_AT_ONCE = 100;

/** How all projects are doing, and the reports. */
export function startContent({ outcome, reports, bodyOf }: StartPageFacts): Html {
  return html`${typeof outcome === 'string' ? html`<p role="status">${outcome}</p>` : isReading(outcome) ? vitalSigns(outcome, bodyOf) : projectList(outcome)}
<h2>Reports</h2>
${reportList(reports)}`;
}

function isReading(outcome: LatestReading | readonly string[]): outcome is LatestReading {
  return 'result' in outcome;
}

function vitalSigns(reading: LatestReading, bodyOf: ReportBodyOf): Html {
  const { period, definition } = reading.result;
  return readingContent(reading, {
    about: period.title,
    more: html` – <a href="/reports/${definition.name}">another period</a>`,
    content: bodyOf(reading.result),
  });
}

function projectList(projects: readonly string[]): Html {
  return html`<p class="soft">${projects.length} projects are too many to show side by side. Each leads to its flow.</p>
<ul class="card projects">
${projects.map(
  (
    project,
  ) => html`<li><a href="/reports/flow?${new URLSearchParams({ project }).toString()}">${project}</a></li>
`,
)}</ul>`;
}
