import { ask, counted, dashboardUrl, runbookUrl } from './annotations.js';
import { latest } from './promql.js';
import type { Alert, Rule } from './rule.js';

/** Its expression has one series, without labels. */
interface ServiceAlert extends Alert {
  readonly for: string;
  readonly keepFiringFor?: string;
}

function byCollector(metric: string): string {
  return `max by (collector) (${latest(metric)})`;
}

function collectorsWhere(condition: string): string {
  return `{{ range ${ask(condition)} | sortByLabel "collector" }} {{ .Labels.collector }}{{ end }}`;
}

const FAILING = `${byCollector('bugflow_collector_circuit_open')} == 1`;
const SHOWS_NOTHING = `${byCollector('bugflow_collector_up')} == 0`;
/** Its own limit, that of a project, and the one of all together. */
const LIMIT_USED = [
  `${byCollector('bugflow_collector_series')} / ${byCollector('bugflow_collector_series_limit')}`,
  `${byCollector('bugflow_collector_project_series')} / ${byCollector('bugflow_collector_project_series_limit')}`,
  `label_replace(max(${latest('bugflow_series')}) / max(${latest('bugflow_series_limit')}), "collector", "all together", "", "")`,
];
const NEAR_LIMIT = `(${LIMIT_USED.join(' or ')}) > 0.9`;
const MISMATCHED = `${byCollector('bugflow_history_mismatch_series')} > 0`;

const alerts: readonly ServiceAlert[] = [
  {
    name: 'BugflowExporterAbsent',
    comment: 'Not `up == 0`: whatever the job is called, and also where its target is gone.',
    severity: 'critical',
    summary: 'Nothing comes from taiga-bugflow any more',
    description: "Prometheus has not seen the exporter for ten minutes. The team's alerts stay as they were.",
    expression: 'absent(bugflow_build_info)',
    for: '10m',
  },
  {
    name: 'BugflowDatabaseDown',
    comment: `A restart of PostgreSQL takes less. Of several exporters one is enough. It ends well after those that follow from it: collectors
find out within a minute that the database is back, one after the other, and none of them may be told then.`,
    severity: 'critical',
    summary: "Taiga's database cannot be read",
    description: "Taiga's database has not answered for ten minutes. What is shown is as old as that.",
    expression: `max(${latest('bugflow_database_up')}) == 0`,
    for: '10m',
    keepFiringFor: '10m',
  },
  {
    name: 'BugflowTunnelDown',
    comment: `It is set up again by itself: longer means that somebody is needed. It begins before what is told of the database, and ends after
it: the tunnel's end can be noticed a minute later.`,
    severity: 'critical',
    summary: "The SSH tunnel to Taiga's database is down",
    description: 'The SSH session to the database has been down for five minutes.',
    expression: `max(${latest('bugflow_tunnel_up')}) == 0`,
    for: '5m',
    keepFiringFor: '15m',
  },
  {
    name: 'BugflowCollectorFailing',
    comment: 'After five failures in a row a collector is only tried now and then.',
    severity: 'warning',
    summary: 'Collectors keep failing',
    description: `${counted('collector')} failing again and again:${collectorsWhere(FAILING)}`,
    expression: `count(${FAILING})`,
    for: '15m',
  },
  {
    name: 'BugflowCollectorStale',
    comment: 'Its last good values are gone. The first reading of a large Taiga takes a while, too.',
    severity: 'warning',
    summary: 'Numbers are missing',
    description: `${counted('collector')} without values:${collectorsWhere(SHOWS_NOTHING)}`,
    expression: `count(${SHOWS_NOTHING})`,
    for: '15m',
  },
  {
    name: 'BugflowSeriesLimitNear',
    comment: 'Above the limit a run is refused as a whole, so it is told before.',
    severity: 'warning',
    summary: 'A collector has almost as many series as it may have',
    description: `${counted('collector')} with more than 90 % of max_series:${collectorsWhere(NEAR_LIMIT)}`,
    expression: `count(${NEAR_LIMIT})`,
    for: '1h',
  },
  {
    name: 'BugflowHistoryMismatch',
    comment: 'It is verified daily. History does not tell everything, so it is only worth knowing.',
    severity: 'info',
    summary: 'The past and the present disagree',
    description: `${counted('series', 'series')} of which the end of the past differs from what Taiga shows now:${collectorsWhere(MISMATCHED)}`,
    expression: `sum(${MISMATCHED})`,
    for: '1h',
  },
  {
    name: 'BugflowReloadFailed',
    comment:
      'The old configuration is in force meanwhile; a wrong file of collectors or reports is left out.',
    severity: 'warning',
    summary: 'A changed configuration was not loaded',
    description:
      'The configuration, the web configuration or a file of your own collectors or reports is wrong, and was not loaded.',
    expression: `max(
  ${latest('bugflow_config_last_reload_successful')} == 0
  or
  ${latest('bugflow_web_config_last_reload_successful')} == 0
  or
  ${latest('bugflow_own_files_refused')} > 0
) + 1`,
    for: '10m',
  },
  {
    name: 'BugflowAlertsNotDelivered',
    comment: `Slack limits rates, and Alertmanager tries again every five minutes: only what fails for the third time is told, on the wall at
least. Ten minutes in which nothing fails end it. The dead man's switch, a webhook, speaks up by itself when it is not reached.`,
    severity: 'critical',
    summary: 'Alerts do not get through',
    description: `Alertmanager failed ${counted('time')} to deliver a message in the last ten minutes.`,
    expression: 'sum(increase(alertmanager_notifications_failed_total{integration!="webhook"}[10m])) > 0',
    for: '15m',
  },
];

/** Always fires: whoever is told of it every few minutes hears at once when alerts stop coming. */
const WATCHDOG: Rule = {
  comment:
    "The dead man's switch: it always fires. Let something outside (alerting.watchdog_url) notice when it stops.",
  alert: 'BugflowWatchdog',
  expr: 'vector(1)',
  for: '0s',
  labels: { severity: 'none' },
  annotations: {
    summary: 'Alerts get through',
    description: 'This always fires: when it stops, Prometheus or Alertmanager is down.',
    runbook_url: runbookUrl('BugflowWatchdog', false),
    dashboard_url: dashboardUrl('bugflow-exporter', false),
  },
};

export function serviceRules(): readonly Rule[] {
  return [...alerts.map(serviceRule), WATCHDOG];
}

function serviceRule(alert: ServiceAlert): Rule {
  const { name, expression } = alert;
  return {
    comment: alert.comment,
    alert: name,
    expr: `${expression}
unless on () max(last_over_time(bugflow_service_alert_disabled{alert="${name}"}[1h]))`,
    for: alert.for,
    keep_firing_for: alert.keepFiringFor ?? '5m',
    labels: { severity: alert.severity },
    annotations: {
      summary: alert.summary,
      description: alert.description,
      runbook_url: runbookUrl(name, false),
      dashboard_url: dashboardUrl('bugflow-exporter', false),
    },
  };
}
