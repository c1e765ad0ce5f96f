import { type Html, html } from '../../base/html.js';
import type { Destinations } from '../runbooks/destinations.js';
import { asksForProject, renderMarkdown } from '../runbooks/markdown.js';
import type { Page } from './layout.js';

/** `/runbooks`: all alerts, and the meaning of each. */
export function runbooksPage(destinations: Destinations): Page {
  return {
    title: 'Runbooks',
    content: html`<h1>Runbooks</h1>
<article class="card">
${renderMarkdown(destinations.runbooks.table, destinations)}</article>`,
  };
}

/** `/runbooks/NAME`: what to do about an alert; undefined when there is no such runbook. */
export function runbookPage(alert: string, destinations: Destinations): Page | undefined {
  const text = destinations.runbooks.byAlert.get(alert);
  if (text === undefined) return undefined;
  return {
    title: alert,
    content: html`<h1>${alert}</h1>
${asksForProject(text) ? projectForm(destinations.project) : undefined}
<article class="card page">
${renderMarkdown(text, destinations)}</article>`,
  };
}

/** The page for a runbook that does not exist. */
export function noRunbookPage(): Page {
  return {
    title: 'Not found',
    content: html`<h1>There is no such runbook</h1>
<p>The runbooks of your team's own alerts are not here. <a href="/runbooks">Go to the runbooks of this service.</a></p>`,
  };
}

/** Requests the same page again, with the project filled into its queries. */
function projectForm(project: string | undefined): Html {
  return html`<form><label>Queries for the project <input name="project" value="${project}" placeholder="its slug" pattern="[A-Za-z0-9_\\-]+" required></label> <button type="submit">Fill in</button></form>`;
}
