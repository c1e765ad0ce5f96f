import type { Runbooks } from './library.js';

/** What the links of a runbook lead to. */
export interface Destinations {
  readonly runbooks: Runbooks;
  /** The slug of the project that the reader is concerned with. */
  readonly project: string | undefined;
  /** Grafana's address as browsers reach it, without a slash at the end. */
  readonly grafana: string | undefined;
}

/** Runbooks name a dashboard by its file, so that the link works where the Markdown is read, too. */
const DASHBOARD = /^\.\.\/\.\.\/dashboards\/json\/([a-z-]+)\.json$/;
const RUNBOOK = /^(\w+)\.md$/;

/** Where a link leads that is written for a reader of the files; undefined: nowhere that is served. */
export function destinationOf(
  href: string,
  { runbooks, project, grafana }: Destinations,
): string | undefined {
  const [, dashboard] = DASHBOARD.exec(href) ?? [];
  if (dashboard !== undefined) {
    const variable = project === undefined ? '' : `var-project=${project}&`;
    return grafana && `${grafana}/d/bugflow-${dashboard}?${variable}from=now-30d&to=now`;
  }
  const [, runbook] = RUNBOOK.exec(href) ?? [];
  const query = project === undefined ? '' : `?project=${project}`;
  if (runbook === 'README') return `/runbooks${query}`;
  if (runbook !== undefined && runbooks.byAlert.has(runbook)) return `/runbooks/${runbook}${query}`;
  return href.startsWith('https://') ? href : undefined;
}

/** What looks like the slug of a project; anything else in an address is none. */
export function asSlug(text: unknown): string | undefined {
  return typeof text === 'string' && /^[a-z0-9_-]{1,250}$/i.test(text) ? text : undefined;
}
