import { grown } from '../../dashboards/promql/growth.js';
import { lookedUp, once } from '../../dashboards/promql/select.js';
import { ask, countedUpTo, lastDays, PERCENT, QUOTED_PROJECT } from '../annotations.js';
import { latest, listed, perProject, threshold, workedSince } from '../promql.js';
import type { TeamAlert } from './team-alert.js';

const DASHBOARD = 'bugflow-kanban-flow';
const WIP = 'stage=~"active|waiting"';
/** What a team plans and finishes; tasks are parts of stories, epics hold them. */
const WORK = 'kind=~"userstory|issue"';
/** Fewer are chance. */
const FEW_RETURNS = 5;
const FEW_REOPENINGS = 3;

const CELL = 'project, status, swimlane';
const CELLS = once('taiga_wip_items');
const LIMITS = once('taiga_wip_limit');

function grownInFourWeeks(metric: string, ...matchers: readonly string[]): string {
  return grown({ metric, matchers: matchers.join(','), by: ['project'] }, 28);
}

const CLOSED = `sum by (project) (${once(lookedUp(`taiga_items_closed_total{${WORK}}`, '1h'))})`;
const CLOSED_BEFORE = `sum by (project) (${once(lookedUp(`taiga_items_closed_total{${WORK}}`, '1h', '1h'))})`;

const REOPENED = grownInFourWeeks('taiga_items_reopened_total', WORK);
const CLOSINGS = grownInFourWeeks('taiga_items_closed_total', WORK);
const MOVE = ['project', 'kind', 'from', 'to'];

function moves(transition: string): string {
  const matchers = `${WORK},transition="${transition}"`;
  return grown({ metric: 'taiga_status_transitions_total', matchers, by: MOVE }, 28);
}

/** The same moves the other way round. */
function turned(expression: string): string {
  const rename = (inner: string, from: string, to: string): string =>
    `label_replace(${inner}, "${to}", "$1", "${from}", "(.*)")`;
  return rename(rename(rename(expression, 'from', 'back'), 'to', 'from'), 'back', 'to');
}

const DEVELOPED = `sum by (project) (${moves('developed')})`;
/** Back to where it came from, or into a status for what failed: from review on to test is no way back. */
const SENT_BACK = `sum by (project) (
  (${moves('rejected')} and on (${MOVE.join(', ')}) sum by (${MOVE.join(', ')}) (${turned(moves('developed'))}) > 0)
  or
  (${grown({ metric: 'taiga_status_transitions_total', matchers: `${WORK},transition="rejected",to=~"(?i).*fail.*"`, by: MOVE }, 28)})
)`;

const OVERFULL = ask(
  `sort_desc(max by (status, swimlane) (last_over_time(taiga_wip_items{project=${QUOTED_PROJECT}}[5m])) > on (status, swimlane) max by (status, swimlane) (last_over_time(taiga_wip_limit{project=${QUOTED_PROJECT}}[5m])))`,
);

export const flow: readonly TeamAlert[] = [
  {
    name: 'TaigaItemsOverServiceLevel',
    comment:
      'The exporter applies the service level (thresholds.sle) when it makes the list, which ends at ten.',
    severity: 'warning',
    summary: 'Work takes longer than the service level allows',
    description: `${countedUpTo(10, 'item')} in progress for longer than thresholds.sle.`,
    expression: `${listed('over_sle')} > on (project) ${threshold('over_sle_items')}`,
    collectors: ['attention'],
    items: 'over_sle',
    report: { leadsTo: 'hygiene#too_long_in_progress' },
    dashboard: DASHBOARD,
  },
  {
    name: 'TaigaWipLimitExceeded',
    comment: 'Counts the working time since each column was last within its limit.',
    severity: 'warning',
    summary: 'Columns hold more than their limit',
    description: `Over the limit now, one of them for longer than thresholds.over_wip_limit_after:{{ range ${OVERFULL} }} {{ .Labels.status }}{{ with .Labels.swimlane }} / {{ . }}{{ end }} ({{ .Value }});{{ end }}`,
    expression: `count by (project) (
${workedSince(CELL, `${CELLS} <= on (${CELL}) ${LIMITS}`, `${CELLS} and on (${CELL}) ${LIMITS}`, '7d:15m')}
  > on (project) group_left () ${threshold('over_wip_limit_after')}
  and on (${CELL}) ${latest('taiga_wip_items')} > on (${CELL}) ${latest('taiga_wip_limit')}
)`,
    collectors: ['wip', 'wip_limits'],
    items: 'in_progress',
    report: { leadsTo: 'flow#work_in_progress' },
    dashboard: DASHBOARD,
  },
  {
    name: 'TaigaItemsBlockedTooLong',
    comment: 'The exporter applies the threshold (blocked_after, in working time) when it makes the list.',
    severity: 'warning',
    summary: 'Work is blocked for too long',
    description: `${countedUpTo(5, 'item')} blocked for longer than thresholds.blocked_after.`,
    expression: listed('blocked_too_long'),
    collectors: ['attention'],
    items: 'blocked_too_long',
    report: { leadsTo: 'week#blocked', period: '&period=today' },
    dashboard: DASHBOARD,
  },
  {
    name: 'TaigaNothingDelivered',
    comment: 'Counts the working time since something was last closed, back three weeks.',
    severity: 'warning',
    summary: 'Nothing was finished though work is in progress',
    description:
      'No user story and no issue was closed for longer than thresholds.no_delivery_after, while work is in progress.',
    expression: `${workedSince('project', `${CLOSED} - ${CLOSED_BEFORE} > 0`, once(`taiga_items{${WORK}}`), '21d:1h')}
> on (project) ${threshold('no_delivery_after')}
and on (project) ${perProject('taiga_items', WIP, WORK)} > 0`,
    collectors: ['lifecycle', 'items'],
    items: 'in_progress',
    report: { leadsTo: 'flow#work_in_progress' },
    dashboard: DASHBOARD,
  },
  {
    name: 'TaigaReopenRateHigh',
    comment: `Fewer than ${FEW_REOPENINGS} reopenings in four weeks are chance.`,
    severity: 'warning',
    summary: 'Much of what was closed is opened again',
    description: `${PERCENT} of what was closed in the last four weeks was reopened.`,
    expression: `${REOPENED} / (${CLOSINGS} > 0) > on (project) ${threshold('reopen_ratio')}
and on (project) ${REOPENED} >= ${FEW_REOPENINGS}`,
    goesOn: `${REOPENED} / (${CLOSINGS} > 0) > on (project) 0.8 * ${threshold('reopen_ratio')}`,
    collectors: ['lifecycle'],
    report: { leadsTo: 'flow_of_the_day#flow_details', period: lastDays(28) },
    dashboard: DASHBOARD,
  },
  {
    name: 'TaigaWorkSentBack',
    comment: `Fewer than ${FEW_RETURNS} returns in four weeks are chance.`,
    severity: 'warning',
    summary: 'Work comes back from review or test again and again',
    description: `${PERCENT} of what was developed in the last four weeks came back from review or test.`,
    expression: `${SENT_BACK} / (${DEVELOPED} > 0) > on (project) ${threshold('sent_back_ratio')}
and on (project) ${SENT_BACK} >= ${FEW_RETURNS}`,
    goesOn: `${SENT_BACK} / (${DEVELOPED} > 0) > on (project) 0.8 * ${threshold('sent_back_ratio')}`,
    collectors: ['status_transitions'],
    items: 'in_progress',
    report: { leadsTo: 'flow_of_the_day#flow_details', period: lastDays(28) },
    dashboard: DASHBOARD,
  },
];
