import type { Runbooks } from './library.js';

/** The targets of a runbook's links. */
export interface Destinations {
  readonly runbooks: Runbooks;
  /** The slug of the reader's project. */
  readonly project: string | undefined;
  /** Grafana's address as browsers reach it, without a slash at the end. */
  readonly grafana: string | undefined;
}

/** Runbooks link to a dashboard's file, so that the link also works where the Markdown is read. */
const DASHBOARD = /^\.\.\/\.\.\/dashboards\/json\/([a-z-]+)\.json$/;
/** To a section of a report likewise. */
const REPORT = /^\.\.\/\.\.\/reports\/([a-z0-9_]+)\.yaml(#[a-z0-9_]+)?$/;
const RUNBOOK = /^(\w+)\.md$/;

/** Converts a link between files to one on the pages; undefined: the target is not served. */
export function destinationOf(
  href: string,
  { runbooks, project, grafana }: Destinations,
): string | undefined {
  const [, dashboard] = DASHBOARD.exec(href) ?? [];
  if (dashboard !== undefined) {
    const variable = project === undefined ? '' : `var-project=${project}&`;
    return grafana && `${grafana}/d/bugflow-${dashboard}?${variable}from=now-30d&to=now`;
  }
  const query = project === undefined ? '' : `?project=${project}`;
  const [, report, section = ''] = REPORT.exec(href) ?? [];
  if (report !== undefined) return `/reports/${report}${query}${section}`;
  const [, runbook] = RUNBOOK.exec(href) ?? [];
  if (runbook === 'README') return `/runbooks${query}`;
  if (runbook !== undefined && runbooks.byAlert.has(runbook)) return `/runbooks/${runbook}${query}`;
  return href.startsWith('https://') ? href : undefined;
}

/** The text if it can be the slug of a project; else undefined. */
export function asSlug(text: unknown): string | undefined {
  return typeof text === 'string' && /^[a-z0-9_-]{1,250}$/i.test(text) ? text : undefined;
}
