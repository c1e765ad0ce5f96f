import { Temporal } from 'temporal-polyfill';
import type { Period } from '../period.js';
import type { ReportRequest } from '../reports.js';

/** The page that shows the same report, whenever it is opened; undefined where the service's address is not known. */
export function pageUrlOf(
  serviceUrl: string | undefined,
  { report, projects }: ReportRequest,
  { fromMs, toMs }: Period,
): string | undefined {
  if (serviceUrl === undefined) return undefined;
  const moment = (ms: number): string => Temporal.Instant.fromEpochMilliseconds(ms).toString();
  const query = new URLSearchParams([
    ...projects.map((project): [string, string] => ['project', project]),
    ['from', moment(fromMs)],
    ['to', moment(toMs)],
  ]);
  return `${serviceUrl}/reports/${report}?${query}`;
}
