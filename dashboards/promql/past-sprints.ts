import { latest, matching, PROJECT } from './select.js';

const EACH = 'project, sprint';
const NAMES = `max by (${EACH}, sprint_name) (${latest('taiga_sprint_info')})`;
const PAST = `max by (${EACH}) (${latest('taiga_sprint_info', matching(PROJECT, 'state="past"'))})`;
const STARTS = `max by (${EACH}) (${latest('taiga_sprint_start_timestamp_seconds')})`;

/** The last ten sprints that are over. */
export const LAST_TEN = `topk(10, ${STARTS} and on (${EACH}) ${PAST})`;

/** What the sprints have of a metric, for the last ten. */
export function ofLastTen(metric: string, ...matchers: readonly string[]): string {
  return `(sum by (${EACH}) (${latest(metric, matching(PROJECT, ...matchers))}) and on (${EACH}) ${LAST_TEN})`;
}

/** With the sprint's name as a label. */
export function named(expression: string): string {
  return `(${expression}) * on (${EACH}) group_left (sprint_name) ${NAMES}`;
}
