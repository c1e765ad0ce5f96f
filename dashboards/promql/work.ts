import { latest, type Matchers, matching, PROJECT } from './select.js';

/** Open, by what the status means; closed statuses are done or discarded. */
export const OPEN: Matchers = 'stage!~"done|discarded"';
/** In progress. */
export const WIP: Matchers = 'stage=~"active|waiting"';
/** What a team plans and finishes; tasks are parts of stories, epics hold them. */
export const WORK: Matchers = 'kind=~"userstory|issue"';
/** The kinds that are chosen. */
export const KIND: Matchers = 'kind=~"$kind"';
/** The issue types that are bugs. */
export const BUGS: Matchers = 'issue_type=~"$bug_type"';

export const OPEN_BUGS: Matchers = matching(PROJECT, BUGS, OPEN);

export function openBugs(offset = ''): string {
  return `sum(${latest('taiga_issues', OPEN_BUGS, offset)})`;
}

/** A threshold of the exporter's configuration, in days; `otherwise` until the exporter tells it. */
export function thresholdDays(name: string, otherwise: number, ...matchers: readonly Matchers[]): string {
  const series = latest('bugflow_threshold', matching(PROJECT, `name="${name}"`, ...matchers));
  return `scalar(max(${series}) / 86400 or vector(${otherwise}))`;
}
