import { atEnd } from './select.js';
import { SPRINT } from './sprint.js';

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

/**
 * A picture has one axis and one ideal line, and goes on to days that are yet to come: so the dates and the commitment are
 * those at the end of the time range, not those that were planned on each of its days.
 */
const START = `min(${atEnd('taiga_sprint_start_timestamp_seconds', SPRINT)})`;
const END = `max(${atEnd('taiga_sprint_end_timestamp_seconds', SPRINT)})`;
const COMMITTED = `(sum(${atEnd('taiga_sprint_commitment_points', SPRINT)}) or sum(${atEnd('taiga_sprint_points', SPRINT)}))`;

const MOMENT = `time() + ${AHEAD_DAYS * 86_400}`;
const DAY = `((${MOMENT} - ${START}) / 86400)`;
const LENGTH = `((${END} - ${START}) / 86400)`;

const ON_ITS_DAYS = `(${DAY} >= 0) <= ${LENGTH}`;

const NO_SPRINT = `(vector(0) and on () (vector(time()) > \${__to:date:seconds} - 7200)) unless on () ${START}`;

/** The day of the sprint: what the lines are drawn over. */
export const SPRINT_DAY = orNoSprint(ON_ITS_DAYS);

/** What is left of the commitment if it burns down evenly. */
export const IDEAL_LINE = inSprint(`${COMMITTED} * (1 - ${DAY} / ${LENGTH})`);

/** What was so on the sprint's days, up to the end of the time range: one that ended earlier shows how it looked then. */
export function soFar(expression: string): string {
  return inSprint(`${expression} and on () (vector(${MOMENT}) <= \${__to:date:seconds})`);
}

function inSprint(expression: string): string {
  return `(${expression} and on () (${ON_ITS_DAYS}))`;
}

/** Without a sprint one point at 0: of an empty answer the panel says that it cannot find its field. */
export function orNoSprint(expression: string): string {
  return `${expression} or ${NO_SPRINT}`;
}
