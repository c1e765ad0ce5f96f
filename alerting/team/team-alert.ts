import { grown } from '../../dashboards/promql/growth.js';
import { dashboardUrl, itemsOf, type Report, reportUrl, runbookUrl } from '../annotations.js';
import type { Alert, Rule } from '../rule.js';

/** Its expression has one series for each project in which it is so, with a value above 0. */
export interface TeamAlert extends Alert {
  /** The collectors whose numbers it is made of. */
  readonly collectors: readonly string[];
  /** The reason for which the exporter lists the items to name. */
  readonly items?: string;
  /** What is counted wavers about its threshold: what fires goes on as long as this is so. */
  readonly goesOn?: string;
  /** What lists all of them. */
  readonly report: Report;
  /** The dashboard that tells more. */
  readonly dashboard: string;
}

/** Longer than what is missing is looked up: what was seen for a moment, and then nothing, does not fire. */
const FOR = '10m';
/** Nothing moved for four weeks: an archive, or a project that was given up, is no exception. Unknown is awake. */
const ASLEEP = `${grown({ metric: 'taiga_status_transitions_total', matchers: '', by: ['project'] }, 28)} == 0`;

/** What comes and goes is one message. */
const KEEP_FIRING_FOR = '15m';

const HELD =
  '{{ if lt $value 0.0 }}(No news from Taiga at the moment: this was so when it was last seen.){{ else }}';

/**
 * The rule of an alert of the team: fires where the expression says so, the project is not asleep and the alert not switched
 * off. While its numbers are missing nothing begins, and what fires goes on, with the value -1.
 */
export function teamRule(alert: TeamAlert): Rule {
  const { name, expression, goesOn, items } = alert;
  const firing = `max by (project) (ALERTS{alertname="${name}",alertstate="firing"})`;
  const isSo =
    goesOn === undefined
      ? expression
      : `${expression}\nor on (project)\n${goesOn}\nand on (project) ${firing}`;
  return {
    comment: alert.comment,
    alert: name,
    expr: `(
${awake(alert, isSo)}
or on (project)
(-${firing} and on () (${lost(alert)}))
)
unless on (project) max by (project) (last_over_time(bugflow_alert_disabled{alert="${name}"}[5m]))`,
    for: FOR,
    keep_firing_for: KEEP_FIRING_FOR,
    labels: { severity: alert.severity },
    annotations: {
      summary: alert.summary,
      description: `${HELD}${alert.description}{{ end }}`,
      ...(items === undefined ? {} : { items: itemsOf(items) }),
      report_url: reportUrl(alert.report),
      runbook_url: runbookUrl(name, true),
      dashboard_url: dashboardUrl(alert.dashboard, true),
    },
  };
}

/** Where a project is not asleep. Somebody reports a critical bug just where nobody looks any more. */
export function awake({ severity }: TeamAlert, expression: string): string {
  return severity === 'critical' ? expression : `(\n${expression}\n)\nunless on (project) ${ASLEEP}`;
}

/** There when the exporter is gone, or a collector that it needs has no values; one that is switched off is not missed. */
function lost({ collectors }: TeamAlert): string {
  const names = [...new Set(['thresholds', ...collectors])].toSorted().join('|');
  return `count(max by (collector) (last_over_time(bugflow_collector_up{collector=~"${names}"}[5m])) == 0) or absent_over_time(bugflow_build_info[5m])`;
}
