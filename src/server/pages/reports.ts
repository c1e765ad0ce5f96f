import { type Html, html } from '../../base/html.js';
import type { ReportDefinition } from '../../reports/definition.js';
import { FORMATS } from '../../reports/formats/formats.js';
import { reportHtml } from '../../reports/formats/html.js';
import { REPORT_FORMATS, type ReportFormat } from '../../reports/formats/names.js';
import type { ReportLibrary } from '../../reports/library.js';
import { PERIOD_NAMES } from '../../reports/period.js';
import type { ReportResult } from '../../reports/result.js';
import type { LatestReading } from '../../reports/shared-reports.js';
import type { Page } from './layout.js';
import { readingContent } from './reading.js';
import { refusedCard } from './refused-card.js';

/** What somebody chose in the form, as it stands in the URL. */
export interface Choice {
  readonly projects: readonly string[];
  /** The number of an item; undefined: nothing was asked for yet. */
  readonly item: string | undefined;
  readonly period: string;
  readonly from: string;
  readonly to: string;
}

export interface ReportPageFacts {
  readonly definition: ReportDefinition;
  readonly choice: Choice;
  /** The slugs of all projects; empty where they could not be read. */
  readonly projects: readonly string[];
  /** What was found, or in a sentence why nothing was; undefined: nothing was asked for yet. */
  readonly outcome: LatestReading | string | undefined;
  readonly bodyOf: ReportBodyOf;
}

/** What a page shows of a report. */
export type ReportBodyOf = (result: ReportResult) => Html;

/** Each reading is rendered once, however many look at it: with thousands of points that takes as long as many scrapes. */
export function createReportBodies(): ReportBodyOf {
  const bodies = new WeakMap<ReportResult, Html>();
  return (result) => {
    const known = bodies.get(result);
    if (known) return known;
    const body = reportHtml(result, '');
    bodies.set(result, body);
    return body;
  };
}

/** `/reports`: which there are. */
export function reportsPage({ reports, refused }: Pick<ReportLibrary, 'reports' | 'refused'>): Page {
  return {
    title: 'Reports',
    content: html`<h1>Reports</h1>
${refused.length === 0 ? undefined : refusedCard(refused)}
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
export function reportContent({ definition, choice, projects, outcome, bodyOf }: ReportPageFacts): Html {
  return html`${form(definition, choice, projects)}
${
  typeof outcome === 'string'
    ? html`<p class="bad" role="alert">${outcome}</p>`
    : outcome && found(outcome, choice, bodyOf)
}`;
}

function found(reading: LatestReading, choice: Choice, bodyOf: ReportBodyOf): Html {
  const { result } = reading;
  const { projects, period } = result;
  return readingContent(reading, {
    about: `${projects.join(', ')} – ${period.title}`,
    content: html`${downloads(result, choice)}\n${bodyOf(result)}`,
  });
}

/** The page for a report that does not exist. */
export function noReportPage(): Page {
  return {
    title: 'Not found',
    content: html`<h1>There is no such report</h1>
<p><a href="/reports">All reports</a></p>`,
  };
}

/** Why there is no file. */
export function noFilePage(reason: string): Page {
  return {
    title: 'No file',
    content: html`<h1>There is no such file</h1>
<p class="bad" role="alert">${reason}</p>`,
  };
}

/** The same report as files. */
function downloads({ definition, sections }: ReportResult, choice: Choice): Html {
  const link = (format: ReportFormat, text: string, section?: string): Html => {
    const { projects, item = '', period, from, to } = choice;
    const query = new URLSearchParams([
      ...projects.map((project): [string, string] => ['project', project]),
      ...Object.entries({ ref: item, period, from, to }).filter(([, value]) => value !== ''),
      ['format', format],
      ...(section === undefined ? [] : [['section', section] as [string, string]]),
    ]);
    return html`<a href="/reports/${definition.name}?${query.toString()}" download>${text}</a>`;
  };
  const whole = REPORT_FORMATS.filter((format) => format !== 'csv' && format !== 'html');
  return html`<div class="soft downloads">Download: ${whole.map((format) => html`${link(format, FORMATS[format].title)} `)}<details><summary>CSV of …</summary>${sections.map(
    ({ definition: section }) => html`${link('csv', section.title, section.name)}<br>`,
  )}</details></div>`;
}

/** Requests the same page again: what was chosen stands in the URL, so that it can be kept and passed on. */
function form(definition: ReportDefinition, choice: Choice, projects: readonly string[]): Html {
  const isSeveral = definition.projects === 'several';
  return html`<form class="card" data-asks-again autocomplete="off">
<label>${isSeveral ? 'Projects' : 'Project'} <select name="project"${isSeveral ? html` multiple size="3"` : undefined}>${projects.map(
    (project) =>
      html`<option${choice.projects.includes(project) ? html` selected` : undefined}>${project}</option>`,
  )}</select></label>
${definition.about === 'item' ? itemFields(choice) : periodFields(definition, choice)}
<button type="submit">Show</button>
</form>`;
}

function itemFields({ item = '' }: Choice): Html {
  return html`<label>Number of the item <input name="ref" value="${item}" inputmode="numeric" placeholder="123" required></label>`;
}

function periodFields({ period }: ReportDefinition, choice: Choice): Html {
  const chosen = choice.period || (choice.from || choice.to ? '' : period);
  const periods = [...new Set([...PERIOD_NAMES, period, ...(chosen === '' ? [] : [chosen])])];
  // Days that are filled in count more than a period, unless they were asked for and somebody then chose a period.
  const periodName = chosen === '' ? 'instead' : 'period';
  return html`<label>Period <select name="${periodName}" data-period><option value="">from – to</option>${periods.map(
    (name) => html`<option${name === chosen ? html` selected` : undefined}>${name}</option>`,
  )}</select></label>
<label>from <input name="from" value="${choice.from}" placeholder="2026-06-01"></label>
<label>to <input name="to" value="${choice.to}" placeholder="2026-06-30"></label>`;
}
