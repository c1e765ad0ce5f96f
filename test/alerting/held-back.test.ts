import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { WEEKDAYS } from '../../src/config/calendar-section.js';
import { eventually } from '../support/eventually.js';
import {
  ALERTMANAGER_IS_HERE,
  type Alert,
  generated,
  IF_IT_IS_HERE,
  type RunningAlertmanager,
  SHIPPED_CONFIG,
  startAlertmanager,
} from './alertmanager.js';
import { type SlackServer, startSlack } from './slack-server.js';

const alert = (alertname: string, severity: string, project?: string): Alert => ({
  labels: { alertname, severity, ...(project !== undefined && { project }) },
  annotations: { summary: `${alertname}, ${severity}` },
});

/** Sooner than in the file, with the hours that it has. */
const sooner = (text: string): string =>
  text.replace('group_wait: 30s', 'group_wait: 300ms').replace('group_interval: 5m', 'group_interval: 500ms');

describe.skipIf(!ALERTMANAGER_IS_HERE)(`what is held back ${IF_IT_IS_HERE}`, () => {
  let slack: SlackServer;
  let running: RunningAlertmanager | undefined;
  beforeEach(async () => {
    slack = await startSlack();
  });
  afterEach(async () => {
    await running?.stop();
    running = undefined;
    await slack.close();
  });
  const start = async (text: string): Promise<RunningAlertmanager> => {
    running = await startAlertmanager(text, {
      slack,
      secrets: { '/run/secrets/slack_url': slack.webhook() },
    });
    return running;
  };
  const told = (): string[] =>
    slack
      .accepted()
      .map(({ message }) => message.attachments[0]?.footer ?? '')
      .sort();

  test('outside working time only what is critical is told, and the rest once it is over', async () => {
    const today = (new Date().getUTCDay() + 6) % 7;
    // Neither today nor tomorrow, if midnight is near.
    const free = [today, (today + 1) % 7];
    const weekdays = WEEKDAYS.filter((_, i) => !free.includes(i)).join(', ');
    const slackSection = 'alerting: { slack: { webhook_url_file: /run/secrets/slack_url } }\n';
    const { text } = await generated(
      `${slackSection}calendar: { weekdays: [${weekdays}], hours: "00:00-24:00" }`,
    );
    const alertmanager = await start(sooner(text));
    await alertmanager.post(
      alert('TaigaWorkStale', 'info', 'shop'),
      alert('TaigaItemsOverdue', 'warning', 'shop'),
      alert('TaigaCriticalBugUntriaged', 'critical', 'shop'),
    );
    await eventually(() => expect(told()).toEqual(['TaigaCriticalBugUntriaged · critical']));
    // Several rounds later it is the same.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(told()).toEqual(['TaigaCriticalBugUntriaged · critical']);

    const running = readFileSync(alertmanager.configFile, 'utf8');
    await writeFile(alertmanager.configFile, running.replaceAll(/weekdays: \[.*\]/g, 'years: ["1999"]'));
    await fetch(`${alertmanager.url}/-/reload`, { method: 'POST' });
    await eventually(() =>
      expect(told()).toEqual([
        'TaigaCriticalBugUntriaged · critical',
        'TaigaItemsOverdue · warning',
        'TaigaWorkStale · info',
      ]),
    );
  });

  const critical = [
    'BugflowExporterAbsent',
    'BugflowTunnelDown',
    'BugflowDatabaseDown',
    'BugflowAlertsNotDelivered',
  ];
  const warning = ['BugflowCollectorFailing', 'BugflowCollectorStale', 'BugflowSeriesLimitNear'];
  const firing = (...names: string[]): Alert[] => [
    ...critical.filter((name) => names.includes(name)).map((name) => alert(name, 'critical')),
    ...warning.map((name) => alert(name, 'warning')),
    alert('BugflowWatchdog', 'none'),
    alert('TaigaItemsOverdue', 'warning', 'shop'),
  ];
  const others = ['TaigaItemsOverdue', 'BugflowWatchdog'];

  test.each([
    [
      'the exporter is absent',
      firing(...critical),
      ['BugflowExporterAbsent', 'BugflowAlertsNotDelivered', ...others],
    ],
    [
      'the tunnel is down',
      firing('BugflowTunnelDown', 'BugflowDatabaseDown'),
      ['BugflowTunnelDown', 'BugflowSeriesLimitNear', ...others],
    ],
    [
      'the database is down',
      firing('BugflowDatabaseDown'),
      ['BugflowDatabaseDown', 'BugflowSeriesLimitNear', ...others],
    ],
    ['nothing of that', firing(), [...warning, ...others]],
  ])('what follows from something else: %s', async (_, alerts, expected) => {
    const alertmanager = await start(readFileSync(SHIPPED_CONFIG, 'utf8'));
    await alertmanager.post(...alerts);
    expect(await active(alertmanager)).toEqual(expected.toSorted());
  });

  test('a critical alert stands for the warning of the same name and project', async () => {
    const alertmanager = await start(readFileSync(SHIPPED_CONFIG, 'utf8'));
    await alertmanager.post(
      alert('OurQueue', 'critical', 'a'),
      alert('OurQueue', 'warning', 'a'),
      alert('OurQueue', 'warning', 'b'),
      alert('OurOther', 'warning', 'a'),
      alert('Ours', 'critical'),
      alert('Ours', 'info'),
    );
    expect(await active(alertmanager, true)).toEqual(
      ['OurOther warning a', 'OurQueue critical a', 'OurQueue warning b', 'Ours critical'].toSorted(),
    );
  });
});

const alertsSchema = z.array(z.object({ labels: z.record(z.string(), z.string()) }));

async function active({ url }: RunningAlertmanager, inFull = false): Promise<string[]> {
  const answer = await fetch(`${url}/api/v2/alerts?active=true&inhibited=false&silenced=false`);
  return alertsSchema
    .parse(await answer.json())
    .map(({ labels: { alertname = '', severity = '', project = '' } }) =>
      inFull ? `${alertname} ${severity} ${project}`.trim() : alertname,
    )
    .toSorted();
}
