import { lookedUp, matching, once } from '../dashboards/promql/select.js';

/** As long as a missed scrape, or a restart of the exporter, may last. */
const LOOK_BACK = '5m';

/** A gauge as it is, looked up a while back so that a missed scrape is no gap. */
export function latest(metric: string, ...matchers: readonly string[]): string {
  const braces = matchers.length > 0 ? `{${matching(...matchers)}}` : '';
  return once(lookedUp(metric + braces, LOOK_BACK));
}

/** The same, added up by project. */
export function perProject(metric: string, ...matchers: readonly string[]): string {
  return `sum by (project) (${latest(metric, ...matchers)})`;
}

/** What the team calls exceptional, by project. */
export function threshold(name: string): string {
  return `max by (project) (${latest('bugflow_threshold', `name="${name}"`)})`;
}

/** How many items the exporter lists for this reason, by project: ten at most, five of what only alerts name. */
export function listed(reason: string): string {
  return `count by (project) (${latest('taiga_attention_item_age_seconds', `reason="${reason}"`)})`;
}

/** Seconds of working time so far. */
export const WORKING_SECONDS = `max(${lookedUp('bugflow_working_seconds_total', LOOK_BACK)})`;

/**
 * Seconds of working time since something was last so; since the first that is known of it, if it never was in the range
 * (like `7d:15m`). A change of the calendar moves all that was ever counted: more than the range has is no answer.
 */
export function workedSince(labels: string, so: string, known: string, range: string): string {
  const at = (expression: string): string =>
    `(0 * ${expression} + on () group_left () max(bugflow_working_seconds_total))[${range}]`;
  const [days = 0] = range.split('d').map(Number);
  return `(
  -1 * (
    max by (${labels}) (max_over_time(${at(`max by (${labels}) (${so})`)}))
    or
    min by (${labels}) (min_over_time(${at(`max by (${labels}) (${known})`)}))
  ) + on () group_left () ${WORKING_SECONDS}
) <= ${days * 86_400}`;
}

/**
 * The types of issues that are bugs by what the team says now, also of earlier weeks that are compared with: or a type that
 * is said today to be one of bugs would seem to be a flood of them.
 */
const BUG_TYPES = `max by (project, issue_type) (${once(`last_over_time(taiga_issue_type_info{bug="true"}[${LOOK_BACK}] @ end())`)})`;

/** Of series with a type of issue those of bugs, added up by project. */
export function ofBugs(series: string): string {
  return `sum by (project) (
  sum by (project, issue_type) (${series})
  * on (project, issue_type) group_left () ${BUG_TYPES}
)`;
}
