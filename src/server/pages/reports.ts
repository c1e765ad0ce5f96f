import { type Html, html } from '../../base/html.js';
import type { ReportDefinition } from '../../reports/definition.js';
import { reportHtml } from '../../reports/formats/html.js';
import { PERIOD_NAMES } from '../../reports/period.js';
import type { ReportResult } from '../../reports/result.js';
import type { Page } from './layout.js';

/** What somebody chose in the form, as it stands in the URL. */
export interface Choice {
  readonly projects: readonly string[];
  readonly period: string;
  readonly from: string;
  readonly to: string;
}

export interface ReportPageFacts {
  readonly definition: ReportDefinition;
  readonly choice: Choice;
  /** The slugs of all projects; empty where they could not be read. */
  readonly projects: readonly string[];
  /** What was found, or in a sentence why nothing was. */
  readonly outcome: ReportResult | string;
}

/** `/reports`: which there are. */
export function reportsPage(reports: readonly ReportDefinition[]): Page {
  return {
    title: 'Reports',
    content: html`<h1>Reports</h1>
${reportList(reports)}`,
  };
}

/** Each with what it tells. */
export function reportList(reports: readonly ReportDefinition[]): Html {
  return html`<div class="card scroll"><table>
${reports.map(
  ({ name, title, description }) =>
    html`<tr><td><a href="/reports/${name}">${title}</a></td><td>${description}</td></tr>
`,
)}</table></div>`;
}

/** `/reports/NAME`, without what has to be read. */
export function reportPage({ title, description }: ReportDefinition): Page {
  return {
    title,
    content: html`<h1>${title}</h1>
<p>${description}</p>`,
  };
}

/** A form for what is asked, and what was found. */
export function reportContent({ definition, choice, projects, outcome }: ReportPageFacts): Html {
  return html`${form(definition, choice, projects)}
${
  typeof outcome === 'string'
    ? html`<p class="bad" role="alert">${outcome}</p>`
    : html`<p class="soft">${outcome.projects.join(', ')} – ${outcome.period.title}, read at ${timeOf(outcome)}</p>
${reportHtml(outcome, '')}`
}`;
}

/** The page for a report that does not exist. */
export function noReportPage(): Page {
  return {
    title: 'Not found',
    content: html`<h1>There is no such report</h1>
<p><a href="/reports">All reports</a></p>`,
  };
}

/** Requests the same page again: what was chosen stands in the URL, so that it can be kept and passed on. */
function form(
  { projects: count, period }: ReportDefinition,
  choice: Choice,
  projects: readonly string[],
): Html {
  const chosen = choice.period || (choice.from || choice.to ? '' : period);
  const periods = [...new Set([...PERIOD_NAMES, period, ...(chosen === '' ? [] : [chosen])])];
  return html`<form class="card">
<label>Projects <select name="project"${count === 'several' ? html` multiple size="3"` : undefined}>${projects.map(
    (project) =>
      html`<option${choice.projects.includes(project) ? html` selected` : undefined}>${project}</option>`,
  )}</select></label>
<label>Period <select name="period"><option value="">from – to</option>${periods.map(
    (name) => html`<option${name === chosen ? html` selected` : undefined}>${name}</option>`,
  )}</select></label>
<label>from <input name="from" value="${choice.from}" placeholder="2026-06-01"></label>
<label>to <input name="to" value="${choice.to}" placeholder="2026-06-30"></label>
<button>Show</button>
</form>`;
}

/** When it was read, in the team's time zone. */
export function timeOf({ readAtMs, timeZone }: ReportResult): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'short' }).format(readAtMs);
}
