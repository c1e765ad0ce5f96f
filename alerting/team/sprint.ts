import { lookedUp, once } from '../../dashboards/promql/select.js';
import { counted, dayBefore, PERCENT, QUOTED_PROJECT, TIMES } from '../annotations.js';
import { latest, threshold, WORKING_SECONDS, workedSince } from '../promql.js';
import type { TeamAlert } from './team-alert.js';

const DASHBOARD = 'bugflow-sprint';
const SPRINT = 'project, sprint';

function bySprint(metric: string, ...matchers: readonly string[]): string {
  return `sum by (${SPRINT}) (${latest(metric, ...matchers)})`;
}

const START = `max by (${SPRINT}) (${latest('taiga_sprint_start_timestamp_seconds')})`;
const END = `max by (${SPRINT}) (${latest('taiga_sprint_end_timestamp_seconds')})`;
/** The sprints under way. */
const CURRENT = `(${START} <= time() and on (${SPRINT}) ${END} > time())`;
const LEFT = bySprint('taiga_sprint_points', 'closed="false"');
const ALL = bySprint('taiga_sprint_points');

/** Eight weeks tell a team's pace. */
const PACE_DAYS = 56;
function pointsClosed(ago = ''): string {
  return `sum by (project) (${once(lookedUp('taiga_userstory_points_closed_total', '1h', ago))})`;
}

/** Working time from so many days ago until now. */
function worked(days: number): string {
  return `(${WORKING_SECONDS} - max(${lookedUp('bugflow_working_seconds_total', '1h', `${days}d`)}))`;
}

/** Points that the team closes in a second of working time. */
const PACE = `(${pointsClosed()} - ${pointsClosed(`${PACE_DAYS}d`)}) / on () group_left () ${worked(PACE_DAYS)}`;

/** What it closes by the sprint's end, as far as four weeks tell how much of the time is working time; less than a point would make any ratio large. */
const EXPECTED = `clamp_min(
    (${END} - time())
    * on () group_left () (${worked(28)} / ${28 * 86_400})
    * on (project) group_left () (${PACE}),
  1)`;

/** By project, where more is left than so many times the threshold, and than this share of the sprint. */
function unlikely(factor: number, leastLeft: number): string {
  return `max by (project) (
  ${LEFT} / on (${SPRINT}) ${EXPECTED}
  > on (project) group_left () (${factor} * ${threshold('sprint_remaining_ratio')})
  and on (${SPRINT}) ${CURRENT}
  and on (${SPRINT}) 2 * time() > ${START} + ${END}
  and on (${SPRINT}) ${LEFT} > ${leastLeft} * ${ALL}
)`;
}

/** When the latest of the sprints ended that are over and have open stories. */
const LAST_END = `max(max by (sprint) (last_over_time(taiga_sprint_end_timestamp_seconds{project=${QUOTED_PROJECT}}[5m])) < time() and on (sprint) sum by (sprint) (last_over_time(taiga_sprint_userstories{closed="false",project=${QUOTED_PROJECT}}[5m])) > 0)`;

export const sprint: readonly TeamAlert[] = [
  {
    name: 'TaigaSprintUnlikelyToFinish',
    comment: `Compares what is left with what the team's pace of the last ${PACE_DAYS / 7} weeks closes by the sprint's end. Only in the second
half, when the pace shows, and while more than a fifth is left.`,
    severity: 'warning',
    summary: 'The sprint will hardly be finished',
    description: `What is left in the sprint is ${TIMES} times what the team closes by its end, at the pace of the last eight weeks.`,
    expression: unlikely(1, 0.2),
    goesOn: unlikely(0.8, 0.1),
    collectors: ['lifecycle', 'sprints', 'sprint_scope'],
    items: 'sprint_left',
    report: { leadsTo: 'sprint#left' },
    dashboard: DASHBOARD,
  },
  {
    name: 'TaigaSprintScopeGrown',
    comment: 'A small commitment counts as ten points: one story more is no exception.',
    severity: 'warning',
    summary: 'Much was added to the sprint after it began',
    description: `${PERCENT} of what was committed came on top after the sprint's first day.`,
    expression: `max by (project) (
  ${bySprint('taiga_sprint_scope_points_total', 'direction="added"')} / clamp_min(${bySprint('taiga_sprint_commitment_points')}, 10)
  > on (project) group_left () ${threshold('sprint_scope_growth')}
  and on (${SPRINT}) ${CURRENT}
)`,
    collectors: ['sprint_commitment', 'sprint_scope_changes', 'sprints'],
    items: 'sprint_left',
    report: { leadsTo: 'sprint#scope_changes' },
    dashboard: DASHBOARD,
  },
  {
    name: 'TaigaSprintStillOpen',
    comment: `Counts the working time since the sprint's end, back two weeks; one that ended before is open for long enough. After
two months nobody means it any more.`,
    severity: 'warning',
    summary: 'A sprint is over and still has open stories',
    description: `${counted('sprint')} with open stories, over for longer than thresholds.sprint_overrun_after.`,
    expression: `count by (project) (
  ${bySprint('taiga_sprint_userstories', 'closed="false"')} > 0
  and on (${SPRINT}) ${END} < time()
  and on (${SPRINT}) ${END} > time() - ${60 * 86_400}
  and on (${SPRINT}) (
${workedSince(SPRINT, `${END} > time()`, END, '14d:1h')}
    > on (project) group_left () ${threshold('sprint_overrun_after')}
  )
)`,
    collectors: ['sprint_scope', 'sprints'],
    items: 'sprint_left',
    report: { leadsTo: 'sprint#left', period: dayBefore(LAST_END) },
    dashboard: DASHBOARD,
  },
];
