import { readFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PROMETHEUS_IS_HERE } from '../backfill/servers.js';
import { eventually } from '../support/eventually.js';
import {
  ALERTMANAGER_IS_HERE,
  IF_IT_IS_HERE,
  SHIPPED_CONFIG,
  startAlertmanager,
  withTimings,
} from './alertmanager.js';
import { expectStories } from './promtool.js';
import { SITUATIONS } from './situations.js';
import { shown } from './slack-message.js';
import { startSlack } from './slack-server.js';

const EXPORTER = 'https://bugflow.example';
/** No slug of Taiga's, but what would be if it were not checked. */
const HOSTILE = `a"b&to=x#c <!here>|d%20'{{ .Labels }}`;
const REPORT = `${EXPORTER}/reports/hygiene?project=${encodeURIComponent(HOSTILE)
  .replaceAll('%20', '+')
  .replaceAll("'", '%27')
  .replaceAll('!', '%21')}#unassigned`;

describe.skipIf(!PROMETHEUS_IS_HERE)('links of alerts (skipped without promtool)', () => {
  const situation = SITUATIONS.find(({ alert }) => alert === 'TaigaWorkUnassigned');
  if (!situation) throw new Error('it has its situation');
  const { alert, at, stepMinutes, thresholds = {}, collectors } = situation;
  const stays = () => 1;
  const series = {
    ...situation.always,
    ...situation.exceptional,
    bugflow_build_info: stays,
    ...Object.fromEntries(
      ['thresholds', ...collectors].map((name) => [`bugflow_collector_up{collector="${name}"}`, stays]),
    ),
    ...Object.fromEntries(
      Object.entries(thresholds).map(([name, value]) => [
        `bugflow_threshold{project="shop",name="${name}"}`,
        () => value,
      ]),
    ),
  };
  const known = { [`bugflow_external_url_info{name="exporter",url="${EXPORTER}"}`]: stays };
  const annotations = {
    summary: situation.summary,
    description: situation.description,
    ...(situation.items ? { items: `${situation.items.lines.join('\n')}\n` } : {}),
  };

  test('have the project in them, whatever is in its name', async () => {
    const renamed = Object.fromEntries(
      Object.entries({ ...series, ...known }).map(([name, course]) => [
        name.replaceAll('project="shop"', `project=${JSON.stringify(HOSTILE)}`),
        course,
      ]),
    );
    const expected = {
      labels: { project: HOSTILE, severity: situation.severity },
      annotations: {
        ...annotations,
        report_url: REPORT,
        runbook_url: REPORT.replace('/reports/hygiene', `/runbooks/${alert}`).replace('#unassigned', ''),
        dashboard_url: '',
      },
    };
    await expectStories(alert, [{ series: renamed, expected: { [at]: [expected] } }], stepMinutes);
  });

  test('are left out where the address of the service is not known', async () => {
    const expected = {
      labels: { project: 'shop', severity: situation.severity },
      annotations: { ...annotations, report_url: '', runbook_url: '', dashboard_url: '' },
    };
    await expectStories(alert, [{ series, expected: { [at]: [expected] } }], stepMinutes);
  });
});

test.skipIf(!ALERTMANAGER_IS_HERE)(
  `the link to a report stays whole in Slack, whatever the project is called ${IF_IT_IS_HERE}`,
  async () => {
    const slack = await startSlack();
    onTestFinished(() => slack.close());
    const alertmanager = await startAlertmanager(withTimings(readFileSync(SHIPPED_CONFIG, 'utf8'), {}), {
      slack,
      secrets: { '/run/secrets/slack_url': slack.webhook() },
    });
    onTestFinished(() => alertmanager.stop());
    await alertmanager.post({
      labels: { alertname: 'TaigaWorkUnassigned', severity: 'info', project: HOSTILE, queue: '<|>&"' },
      annotations: { summary: 'Work is in progress and nobody has it', report_url: REPORT },
    });
    const post = await eventually(() => {
      const [first] = slack.posts;
      if (!first) throw new Error(`nothing is told: ${alertmanager.said()}`);
      return first;
    });
    expect(post.problems).toEqual([]);
    const lines = shown(post.message.attachments[0]?.fields[0]?.value ?? '').split('\n');
    expect(lines.at(-1)).toBe(`[The items](${REPORT})`);
    expect(new URL(REPORT).searchParams.getAll('project')).toEqual([HOSTILE]);
    expect(new URL(REPORT).hash).toBe('#unassigned');
  },
);
