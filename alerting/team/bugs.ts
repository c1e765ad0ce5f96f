import { lookedUp, once } from '../../dashboards/promql/select.js';
import { counted, countedUpTo, lastDays, PERCENT } from '../annotations.js';
import { listed, ofBugs, threshold } from '../promql.js';
import type { TeamAlert } from './team-alert.js';

const DASHBOARD = 'bugflow-bug-flow';

/** All bugs that were ever reported, so long ago, by type. */
function reported(ago: string): string {
  return `sum by (project, issue_type) (${once(lookedUp('taiga_issues_created_total', '1h', ago))})`;
}

/** Bugs of the week that ended so long ago. A type that has just got its name was not born now: it is left out. */
function ofWeek(end: string, begin: string): string {
  return ofBugs(`(${reported(end)} - on (project, issue_type) ${reported(begin)})`);
}

const THIS_WEEK = ofWeek('', '7d');
/** The twelve weeks before, from Thursday to Thursday, as Prometheus divides time. */
const MEAN = `avg_over_time((${THIS_WEEK})[84d:7d] offset 7d)`;
const RANGE = `avg_over_time((abs(${THIS_WEEK} - ${ofWeek('7d', '14d')}))[77d:7d] offset 7d)`;
const WEEKS = `count_over_time((${THIS_WEEK})[84d:7d] offset 7d)`;

/** Where there are no issues there is no series, but other work is known. */
function open(ago = ''): string {
  const issues = once(lookedUp('taiga_issues{stage!~"done|discarded"}', '1h', ago));
  const known = once(lookedUp('taiga_items', '1h', ago));
  return `(${ofBugs(issues)} or 0 * sum by (project) (${known}))`;
}

const GROWTH = `(${open()} - ${open('28d')}) / clamp_min(${open('28d')}, 10)`;

export const bugs: readonly TeamAlert[] = [
  {
    name: 'TaigaBugInflowHigh',
    comment: `The limit is that of a process behaviour chart: the mean of the twelve weeks before + 2.66 times the mean
difference of neighbouring weeks. Above it something changed, below it is chance. Three bugs are no flood.`,
    severity: 'warning',
    summary: 'More bugs come in than is usual for this team',
    description: `${counted('bug')} reported in the last seven days: more than chance explains, by the twelve weeks before.`,
    expression: `${THIS_WEEK} > on (project) (${MEAN} + 2.66 * ${RANGE})
and on (project) ${THIS_WEEK} > 3
and on (project) ${WEEKS} >= 10`,
    goesOn: `${THIS_WEEK} > on (project) (${MEAN} + ${RANGE})`,
    collectors: ['issue_flow', 'issue_types'],
    items: 'new_bug',
    report: { leadsTo: 'bugs#created', period: lastDays(7) },
    dashboard: DASHBOARD,
  },
  {
    name: 'TaigaCriticalBugUntriaged',
    comment:
      'The exporter applies the threshold (critical_untriaged_after, in working time) when it makes the list.',
    severity: 'critical',
    summary: 'Critical bugs wait for somebody to look at them',
    description: `${countedUpTo(5, 'critical bug')} without assignee and decision for longer than thresholds.critical_untriaged_after.`,
    expression: listed('critical_untriaged'),
    collectors: ['attention'],
    items: 'critical_untriaged',
    report: { leadsTo: 'bugs#open' },
    dashboard: DASHBOARD,
  },
  {
    name: 'TaigaOpenBugsGrowing',
    comment:
      'More at the end of each of four weeks, and by more than a share in all; of few bugs, as if they were ten.',
    severity: 'warning',
    summary: 'Open bugs have been growing for four weeks',
    description: `Open bugs grew in each of the last four weeks, by ${PERCENT} in all.`,
    expression: `${GROWTH} > on (project) ${threshold('open_bugs_growth')}
and on (project) ${open()} > ${open('7d')}
and on (project) ${open('7d')} > ${open('14d')}
and on (project) ${open('14d')} > ${open('21d')}
and on (project) ${open('21d')} > ${open('28d')}`,
    goesOn: `${GROWTH} > on (project) 0.8 * ${threshold('open_bugs_growth')}`,
    collectors: ['issues', 'issue_types', 'items'],
    items: 'open_bug',
    report: { leadsTo: 'bugs#open', period: lastDays(28) },
    dashboard: DASHBOARD,
  },
];
