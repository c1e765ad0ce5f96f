import { Temporal } from 'temporal-polyfill';
import type { Period } from './period.js';

/**
 * The address of a report's page, which shows the same whenever it is opened.
 * @param leadsTo a report, or one of its sections: `week#blocked`
 * @param projects slugs; empty: all
 * @param serviceUrl of the service, without a slash at the end; empty: relative to its other pages
 */
export function reportUrl(
  serviceUrl: string,
  leadsTo: string,
  projects: readonly string[],
  { fromMs, toMs }: Period,
): string {
  const moment = (ms: number): string => Temporal.Instant.fromEpochMilliseconds(ms).toString();
  const query = new URLSearchParams([
    ...projects.map((project): [string, string] => ['project', project]),
    ['from', moment(fromMs)],
    ['to', moment(toMs)],
  ]);
  const [report = '', section] = leadsTo.split('#');
  return `${serviceUrl}/reports/${report}?${query}${section === undefined ? '' : `#${section}`}`;
}

/**
 * The address of the page about an item's whole life.
 * @param serviceUrl as for {@link reportUrl}
 */
export function itemReportUrl(
  serviceUrl: string,
  { project, ref }: { readonly project: string; readonly ref: number | string },
): string {
  return `${serviceUrl}/reports/item?${new URLSearchParams({ project, ref: String(ref) })}`;
}
