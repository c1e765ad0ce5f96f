import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { render } from '../../alerting/render.js';
import { INHIBITIONS } from '../../src/alertmanager/inhibitions.js';
import { PROMETHEUS_IS_HERE } from '../backfill/servers.js';
import { type ExpectedAlert, expectStories } from './promtool.js';
import type { Course, Courses } from './situations.js';

const EXPORTER: Courses = {
  'bugflow_external_url_info{name="exporter",url="https://bugflow.example"}': () => 1,
  'bugflow_external_url_info{name="grafana",url="https://grafana.example"}': () => 1,
};

function firing(alert: string, severity: string, summary: string, description: string): ExpectedAlert {
  return {
    labels: { severity },
    annotations: {
      ...{ summary, description },
      runbook_url: `https://bugflow.example/runbooks/${alert}`,
      dashboard_url: 'https://grafana.example/d/bugflow-exporter?from=now-30d&to=now',
    },
  };
}

describe.skipIf(!PROMETHEUS_IS_HERE)('alerts of the service (skipped without promtool)', () => {
  /** So many messages fail each time that Alertmanager tries, every five minutes. */
  const failures = (messages: number, from: number, to: number): Courses => {
    const total: Course = (minute) =>
      messages * Math.max(0, Math.floor((Math.min(minute, to) - from) / 5) + 1);
    return { ...EXPORTER, 'alertmanager_notifications_failed_total{integration="slack"}': total };
  };
  const undelivered = (count: number): ExpectedAlert =>
    firing(
      'BugflowAlertsNotDelivered',
      'critical',
      'Alerts do not get through',
      `Alertmanager failed ${count} times to deliver a message in the last ten minutes.`,
    );

  test('a Slack that is away for some minutes is not told after the fact', async () => {
    const times = [25, 30, 34, 35, 36, 40, 45, 50];
    await expectStories(
      'BugflowAlertsNotDelivered',
      [
        { series: failures(6, 20, 20), expected: Object.fromEntries(times.map((minute) => [minute, []])) },
        { series: failures(6, 20, 25), expected: Object.fromEntries(times.map((minute) => [minute, []])) },
      ],
      1,
    );
  });

  test('what keeps failing is told, be it a single message', async () => {
    await expectStories(
      'BugflowAlertsNotDelivered',
      [
        {
          series: failures(1, 20, 60),
          expected: { 34: [], 37: [undelivered(2)], 60: [undelivered(2)], 90: [] },
        },
        { series: failures(6, 20, 60), expected: { 34: [], 37: [undelivered(12)], 90: [] } },
      ],
      1,
    );
  });
});

test('what silences others ends well after them', () => {
  const rules = z.object({
    groups: z.array(
      z.object({
        rules: z.array(z.object({ alert: z.string(), keep_firing_for: z.string().default('0m') })),
      }),
    ),
  });
  const [, service = ''] = [...render()].find(([name]) => name === 'service.rules.yml') ?? [];
  const kept = new Map(
    rules
      .parse(parse(service))
      .groups.flatMap((group) => group.rules)
      .map((rule) => [rule.alert, Number.parseInt(rule.keep_firing_for, 10)]),
  );
  const minutesOf = (matchers: readonly string[]): number[] => {
    const pattern = /^alertname=~?"(.*)"$/.exec(matchers[0] ?? '')?.[1] ?? '';
    return pattern.split('|').map((name) => kept.get(name) ?? Number.NaN);
  };
  for (const { source_matchers: sources, target_matchers: targets, why } of INHIBITIONS) {
    // Without the exporter nothing else fires; and a problem silences itself.
    if (!/^alertname=~?"Bugflow(Tunnel|Database)/.test(sources[0])) continue;
    expect(Math.min(...minutesOf(sources)), why).toBeGreaterThanOrEqual(Math.max(...minutesOf(targets)) + 5);
  }
});
