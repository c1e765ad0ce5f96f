import { COMMITTED_POINTS, SPRINT_END, SPRINT_START } from './sprint.js';

/**
 * A sprint is drawn over its own days, from 0 to its length, whatever the dashboard's time range is, and on to its last
 * day even where that is yet to come: every moment is taken to be so much later than Prometheus is asked for. So the
 * range can end now, and the ideal line yet reaches the end. No running sprint may end later than that.
 */
const AHEAD_DAYS = 35;

/** What to look up with: `latest(…, AHEAD)`. */
export const AHEAD = `-${AHEAD_DAYS}d`;

/** Any sprint that took place in so long, drawn so finely. */
export const SPRINT_CHART = { timeFrom: '1y', step: '2h', maxDataPoints: 5000 } as const;

const DAY = `((time() + ${AHEAD_DAYS * 86_400} - ${SPRINT_START}) / 86400)`;
const LENGTH = `((${SPRINT_END} - ${SPRINT_START}) / 86400)`;

const ON_ITS_DAYS = `(${DAY} >= 0) <= ${LENGTH}`;

const NO_SPRINT = `(vector(0) and on () (vector(time()) > \${__to:date:seconds} - 7200)) unless on () ${SPRINT_START}`;

/** The day of the sprint: what the lines are drawn over. */
export const SPRINT_DAY = orNoSprint(ON_ITS_DAYS);

/** What is left of the commitment if it burns down evenly. */
export const IDEAL_LINE = inSprint(`${COMMITTED_POINTS} * (1 - ${DAY} / ${LENGTH})`);

/** Only on the sprint's days. */
export function inSprint(expression: string): string {
  return `(${expression} and on () (${ON_ITS_DAYS}))`;
}

/** Without a sprint one point at 0: of an empty answer the panel says that it cannot find its field. */
export function orNoSprint(expression: string): string {
  return `${expression} or ${NO_SPRINT}`;
}
