import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { z } from 'zod';
import { loadInstallation } from '../../src/main/installation.js';
import { freePort, type MetricsServer, startPrometheus } from '../backfill/servers.js';
import { ROOT, type ServiceProcess, startServiceProcess } from '../support/bugflow.js';
import { eventually } from '../support/eventually.js';
import { type Cluster, startPostgres } from '../support/postgres.js';
import { folderWith } from '../unit/helpers.js';
import { generated, type RunningAlertmanager, startAlertmanager } from './alertmanager.js';
import { loadCrisis } from './crisis-taiga.js';
import { hurried, hurriedSchedule } from './hurry.js';
import { type Mood, type SlackServer, startSlack } from './slack-server.js';

/** The team's configuration: it works day and night, so that nothing has to wait for the morning. */
const TEAM = `
taiga_url: https://taiga.example
external_urls: { grafana: "https://grafana.example", exporter: "https://bugflow.example", alertmanager: "https://alerts.example" }
calendar: { weekdays: [monday, tuesday, wednesday, thursday, friday, saturday, sunday], hours: "00:00-24:00" }
projects: { exclude: ["sandbox-*"] }
thresholds: { over_wip_limit_after: 0.0001 working days }
`;

/** The same map of channels for a bot and for webhooks, which have a channel each. */
const BY_BOT = `
alerting:
  slack: { bot_token_file: /run/secrets/slack_token }
  channels:
    - { project: shop, severity: critical, channel: "#shop-urgent" }
    - { project: shop, channel: "#shop" }
    - { alert: "Bugflow*", channel: "#ops" }
    - { channel: "#taiga" }
`;
const BY_WEBHOOK = `
alerting:
  slack: { webhook_url_file: /run/secrets/of_taiga }
  channels:
    - { project: shop, severity: critical, webhook_url_file: /run/secrets/of_shop_urgent }
    - { project: shop, webhook_url_file: /run/secrets/of_the_shop }
    - { alert: "Bugflow*", webhook_url_file: /run/secrets/of_ops }
`;

/** A Slack, how it is on its bad days, and the Alertmanager that tells it what happens. */
export interface Line {
  readonly name: string;
  /** Undefined: it has none. */
  readonly badMood: Mood | undefined;
  readonly slack: SlackServer;
  readonly alertmanager: RunningAlertmanager;
}

export interface CrisisStack {
  readonly postgres: Cluster;
  readonly service: ServiceProcess;
  readonly prometheus: MetricsServer;
  readonly lines: readonly Line[];
}

const LINES: readonly (readonly [name: string, yaml: string, badMood?: Mood])[] = [
  ['a bot', BY_BOT],
  ['webhooks', BY_WEBHOOK],
  ['a bot, Slack answering 429', BY_BOT, { kind: 'limited', retryAfterS: 30 }],
  ['webhooks, Slack answering 500', BY_WEBHOOK, { kind: 'broken' }],
  ['a bot, Slack not answering', BY_BOT, { kind: 'silent', forGood: true }],
];

/**
 * PostgreSQL with the crisis, the service, Prometheus, and for each of Slack's moods an Alertmanager, all of which
 * Prometheus tells the same. The files are those that ship; their times are divided by the factor. It ends with the test.
 */
export async function startCrisis(factor: number): Promise<CrisisStack> {
  const postgres = await startPostgres();
  onTestFinished(() => postgres.close());
  await loadCrisis(postgres);
  const service = await startService(postgres, factor);
  const lines: Line[] = [];
  for (const [name, yaml, badMood] of LINES) lines.push(await startLine(name, yaml, badMood, factor));
  return { postgres, service, lines, prometheus: await startRules(service, lines, factor) };
}

async function startService({ url }: Cluster, factor: number): Promise<ServiceProcess> {
  const folder = await folderWith({ 'bugflow.yaml': TEAM });
  const env = { TAIGA_DATABASE_URL: url };
  const file = join(folder, 'bugflow.yaml');
  const { library } = await loadInstallation({ file, env });
  const overrides = library.collectors.map(({ name, schedule }) => [
    name,
    // Five minutes rather than fifteen: the sooner nothing is known.
    { schedule: hurriedSchedule(schedule, factor), stale_after: `${Math.round(300_000 / factor)}ms` },
  ]);
  const hurriedFolder = await folderWith({
    'bugflow.yaml': `${TEAM}overrides: ${JSON.stringify(Object.fromEntries(overrides))}\n`,
  });
  const service = await startServiceProcess(['--config', join(hurriedFolder, 'bugflow.yaml')], env);
  onTestFinished(async () => {
    service.signal('SIGTERM');
    await service.ended;
  });
  // Everything has been read once: how long that takes is not what this is about.
  await eventually(async () => expect((await fetch(`${service.address}/-/ready`)).status).toBe(200));
  return service;
}

async function startLine(
  name: string,
  yaml: string,
  badMood: Mood | undefined,
  factor: number,
): Promise<Line> {
  const slack = await startSlack();
  onTestFinished(() => slack.close());
  const { text } = await generated(TEAM + yaml);
  const alertmanager = await startAlertmanager(hurried(text, factor), {
    slack,
    secrets: {
      '/run/secrets/slack_token': slack.token,
      '/run/secrets/of_shop_urgent': slack.webhook('shop-urgent'),
      '/run/secrets/of_the_shop': slack.webhook('shop'),
      '/run/secrets/of_ops': slack.webhook('ops'),
      '/run/secrets/of_taiga': slack.webhook('taiga'),
    },
    externalUrl: 'https://alerts.example',
  });
  onTestFinished(() => alertmanager.stop());
  return { name, badMood, slack, alertmanager };
}

/** With compose's configuration of Prometheus, and the shipped rules. */
async function startRules(
  service: ServiceProcess,
  lines: readonly Line[],
  factor: number,
): Promise<MetricsServer> {
  const shipped = (file: string): string => hurried(readFileSync(join(ROOT, file), 'utf8'), factor);
  const rules = await folderWith({
    'team.rules.yml': shipped('alerting/rules/team.rules.yml'),
    'service.rules.yml': shipped('alerting/rules/service.rules.yml'),
  });
  const port = await freePort();
  const hosts = lines.map(({ alertmanager }) => new URL(alertmanager.url).host);
  const config = shipped('compose/prometheus.yml')
    .replace('/etc/prometheus/rules', rules)
    .replace('"exporter:10284"', `"${new URL(service.address).host}"`)
    .replace('127.0.0.1:9090', `127.0.0.1:${port}`)
    .replace('"alertmanager:9093"', hosts.map((host) => `"${host}"`).join(', '))
    // One that has no bad days: the failures of all would be more than anybody has (service-rules.test.ts has one's).
    .replace('alertmanager:9093', hosts[0] ?? '');
  return startPrometheus(await folderWith({}), {
    config,
    port,
    flags: [
      // Five minutes, and one, by default. What fires is sent again less often than would be due, as Alertmanager takes for
      // over what it has not heard of for four times as long: a machine may well stand still for some seconds.
      `--query.lookback-delta=${300_000 / factor}ms`,
      `--rules.alert.resend-delay=${factor === 1 ? 60 : 10}s`,
    ],
  });
}

const alerts = z.object({
  data: z.object({
    alerts: z.array(
      z.object({
        labels: z.record(z.string(), z.string()),
        annotations: z.record(z.string(), z.string()),
        state: z.enum(['pending', 'firing']),
        value: z.string(),
      }),
    ),
  }),
});

export interface PrometheusAlert {
  /** Like `TaigaItemsOverdue shop`. */
  readonly name: string;
  readonly isFiring: boolean;
  readonly value: number;
  readonly annotations: Readonly<Record<string, string>>;
}

/** What Prometheus says fires, or is about to, but for the dead man's switch. */
export async function alertsIn(prometheus: MetricsServer): Promise<readonly PrometheusAlert[]> {
  const answer = alerts.parse(await (await fetch(`${prometheus.url}/api/v1/alerts`)).json());
  return answer.data.alerts
    .map(({ labels, annotations, state, value }) => ({
      name: [labels.alertname, labels.project].filter(Boolean).join(' '),
      isFiring: state === 'firing',
      value: Number(value),
      annotations,
    }))
    .filter(({ name }) => name !== 'BugflowWatchdog');
}

const held = z.array(
  z.object({
    labels: z.record(z.string(), z.string()),
    status: z.object({ state: z.string(), inhibitedBy: z.array(z.string()) }),
  }),
);

/** The names of the alerts that Alertmanager does not tell because of others. */
export async function inhibitedIn({ url }: RunningAlertmanager): Promise<string[]> {
  const found = held.parse(await (await fetch(`${url}/api/v2/alerts`)).json());
  return found
    .filter(({ status }) => status.inhibitedBy.length > 0)
    .map(({ labels }) => labels.alertname ?? '')
    .toSorted();
}
