import { describe, expect, test } from 'vitest';
import { serviceRules } from '../../alerting/service.js';
import { PROMETHEUS_IS_HERE } from '../backfill/servers.js';
import { type ExpectedAlert, expectStories } from './promtool.js';
import { becomes, type Courses, stays } from './situations.js';

const GRAFANA = 'https://grafana.example';
const EXPORTER = 'https://bugflow.example';

const URLS: Courses = {
  [`bugflow_external_url_info{name="grafana",url="${GRAFANA}"}`]: stays(1),
  [`bugflow_external_url_info{name="exporter",url="${EXPORTER}"}`]: stays(1),
};

interface Situation {
  readonly alert: string;
  readonly exceptional: Courses;
  /** What must not fire: just below, or too short. */
  readonly usual: Courses;
  readonly description: string;
}

/** Two hours are longer than any of these waits. */
const AT = 120;

const SITUATIONS: readonly Situation[] = [
  {
    alert: 'BugflowExporterAbsent',
    // Its addresses are gone with it, and are remembered.
    exceptional: {
      bugflow_build_info: becomes(1, 60, undefined),
      ...Object.fromEntries(Object.keys(URLS).map((name) => [name, becomes(1, 60, undefined)])),
    },
    usual: { bugflow_build_info: (minute) => (minute > 111 && minute < 119 ? undefined : 1) },
    description: "Prometheus has not seen the exporter for ten minutes. The team's alerts stay as they were.",
  },
  {
    alert: 'BugflowDatabaseDown',
    exceptional: {
      'bugflow_database_up{instance="a"}': stays(0),
      'bugflow_database_up{instance="b"}': stays(0),
    },
    usual: { 'bugflow_database_up{instance="a"}': stays(0), 'bugflow_database_up{instance="b"}': stays(1) },
    description: "Taiga's database has not answered for ten minutes. What is shown is as old as that.",
  },
  {
    alert: 'BugflowTunnelDown',
    exceptional: { bugflow_tunnel_up: stays(0) },
    usual: { bugflow_tunnel_up: (minute) => (minute > 116 ? 0 : 1) },
    description: 'The SSH session to the database has been down for five minutes.',
  },
  {
    alert: 'BugflowCollectorFailing',
    exceptional: {
      'bugflow_collector_circuit_open{collector="items"}': stays(1),
      'bugflow_collector_circuit_open{collector="wip"}': stays(1),
      'bugflow_collector_circuit_open{collector="epics"}': stays(0),
    },
    usual: { 'bugflow_collector_circuit_open{collector="items"}': (minute) => Number(minute > 106) },
    description: '2 collectors failing again and again: items wip',
  },
  {
    alert: 'BugflowCollectorStale',
    exceptional: { 'bugflow_collector_up{collector="items"}': stays(0) },
    // One of two exporters shows it.
    usual: {
      'bugflow_collector_up{collector="items",instance="a"}': stays(0),
      'bugflow_collector_up{collector="items",instance="b"}': stays(1),
    },
    description: '1 collector without values: items',
  },
  {
    alert: 'BugflowSeriesLimitNear',
    exceptional: {
      'bugflow_collector_series{collector="deploys"}': stays(91),
      'bugflow_collector_series_limit{collector="deploys"}': stays(100),
      'bugflow_collector_project_series{collector="items"}': stays(46),
      'bugflow_collector_project_series_limit{collector="items"}': stays(50),
      bugflow_series: stays(950),
      bugflow_series_limit: stays(1000),
    },
    usual: {
      'bugflow_collector_series{collector="deploys"}': stays(90),
      'bugflow_collector_series{collector="items"}': stays(900),
      'bugflow_collector_series_limit{collector="deploys"}': stays(100),
      'bugflow_collector_project_series{collector="items"}': stays(45),
      'bugflow_collector_project_series_limit{collector="items"}': stays(50),
      bugflow_series: stays(900),
      bugflow_series_limit: stays(1000),
    },
    description: '3 collectors with more than 90 % of max_series: all together deploys items',
  },
  {
    alert: 'BugflowHistoryMismatch',
    exceptional: { 'bugflow_history_mismatch_series{collector="items"}': stays(3) },
    usual: { 'bugflow_history_mismatch_series{collector="items"}': stays(0) },
    description: '3 series of which the end of the past differs from what Taiga shows now: items',
  },
  {
    alert: 'BugflowReloadFailed',
    exceptional: {
      bugflow_config_last_reload_successful: stays(1),
      bugflow_web_config_last_reload_successful: stays(0),
    },
    usual: {
      bugflow_config_last_reload_successful: stays(1),
      bugflow_web_config_last_reload_successful: stays(1),
    },
    description:
      'The configuration, the web configuration or a file of your own collectors or reports is wrong, and was not loaded.',
  },
  {
    alert: 'BugflowReloadFailed',
    exceptional: {
      bugflow_config_last_reload_successful: stays(1),
      bugflow_own_files_refused: stays(1),
    },
    usual: {
      bugflow_config_last_reload_successful: stays(1),
      bugflow_own_files_refused: stays(0),
    },
    description:
      'The configuration, the web configuration or a file of your own collectors or reports is wrong, and was not loaded.',
  },
  {
    alert: 'BugflowAlertsNotDelivered',
    exceptional: { 'alertmanager_notifications_failed_total{integration="slack"}': (minute) => minute },
    // Slack was away for some minutes.
    usual: {
      'alertmanager_notifications_failed_total{integration="slack"}': (minute) => Math.min(minute, 100),
    },
    description: 'Alertmanager failed 10 times to deliver a message in the last ten minutes.',
  },
];

describe.skipIf(!PROMETHEUS_IS_HERE)("the service's alert (skipped without promtool)", () => {
  test.each(SITUATIONS.map((situation) => [situation.alert, situation] as const))(
    '%s fires, bears a missed scrape, is silent just below, resolves, and can be switched off',
    async (alert, { exceptional, usual, description }) => {
      const fires = [firing(alert, description)];
      const before = (series: Courses): Courses => ({ ...URLS, ...series });
      const gap = Object.fromEntries(
        Object.entries(exceptional).map(([name, course]) => [
          name,
          (minute: number) => (minute === AT + 1 ? undefined : course(minute)),
        ]),
      );
      const names = new Set([...Object.keys(exceptional), ...Object.keys(usual)]);
      const over = Object.fromEntries(
        [...names].map((name) => [
          name,
          (minute: number) => (minute < AT ? exceptional[name]?.(minute) : usual[name]?.(1)),
        ]),
      );
      await expectStories(
        alert,
        [
          { series: before(exceptional), expected: { [AT]: fires } },
          { series: before(gap), expected: { [AT + 1]: fires, [AT + 2]: fires } },
          { series: before(usual), expected: { [AT]: [] } },
          { series: before(over), expected: { [AT - 1]: fires, [AT + 40]: [] } },
          {
            series: before({
              ...exceptional,
              [`bugflow_service_alert_disabled{alert="${alert}"}`]: stays(1),
            }),
            expected: { [AT]: [] },
          },
        ],
        1,
      );
    },
  );

  test('BugflowWatchdog always fires', async () => {
    const text = 'This always fires: when it stops, Prometheus or Alertmanager is down.';
    await expectStories(
      'BugflowWatchdog',
      [
        {
          series: URLS,
          expected: { 0: [firing('BugflowWatchdog', text)], 60: [firing('BugflowWatchdog', text)] },
        },
      ],
      1,
    );
  });
});

test("each of the service's alerts has its situation", () => {
  const names = serviceRules().map(({ alert }) => alert);
  expect([...new Set(SITUATIONS.map(({ alert }) => alert)), 'BugflowWatchdog']).toEqual(names);
});

function firing(alert: string, description: string): ExpectedAlert {
  const rule = serviceRules().find((each) => each.alert === alert);
  return {
    labels: { severity: rule?.labels.severity ?? '' },
    annotations: {
      summary: rule?.annotations.summary ?? '',
      description,
      runbook_url: `${EXPORTER}/runbooks/${alert}`,
      dashboard_url: `${GRAFANA}/d/bugflow-exporter?from=now-30d&to=now`,
    },
  };
}
