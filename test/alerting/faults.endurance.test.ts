import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.js';
import {
  ALERTMANAGER_IS_HERE,
  generated,
  IF_IT_IS_HERE,
  type RunningAlertmanager,
  startAlertmanager,
  withTimings,
} from './alertmanager.js';
import { type Mood, type SlackServer, startSlack } from './slack-server.js';

const WEBHOOK = 'alerting: { slack: { webhook_url_file: /run/secrets/slack_url } }';
const BOT = `alerting:
  slack: { bot_token_file: /run/secrets/slack_token }
  channels: [{ project: shop, channel: "#shop" }, { channel: "#taiga" }]
`;
const ALERT = {
  labels: { alertname: 'TaigaWipLimitExceeded', severity: 'warning', project: 'shop' },
  annotations: { summary: 'A column is over its limit', description: 'Doing: 7 of 5.' },
};

describe.skipIf(!ALERTMANAGER_IS_HERE)(`Slack on a bad day ${IF_IT_IS_HERE}`, () => {
  let slack: SlackServer;
  let alertmanager: RunningAlertmanager | undefined;

  beforeEach(async () => {
    slack = await startSlack();
  });
  afterEach(async () => {
    await alertmanager?.stop();
    alertmanager = undefined;
    await slack.close();
  });

  const start = async (yaml: string, token = slack.token): Promise<RunningAlertmanager> => {
    const { text } = await generated(yaml);
    alertmanager = await startAlertmanager(withTimings(text, { groupInterval: '1s' }), {
      slack,
      secrets: { '/run/secrets/slack_url': slack.webhook('taiga'), '/run/secrets/slack_token': token },
    });
    return alertmanager;
  };
  const attempts = (count: number): Promise<void> =>
    eventually(() => expect(slack.posts.length).toBeGreaterThanOrEqual(count));
  const isDelivered = (to: string): Promise<void> =>
    eventually(() => expect(slack.accepted().map((post) => post.to)).toEqual([to]));

  const bad: readonly (readonly [string, Mood])[] = [
    ['429', { kind: 'limited', retryAfterS: 1 }],
    ['500', { kind: 'broken' }],
    ['no answer', { kind: 'silent' }],
  ];
  const ways = [
    ['webhook', WEBHOOK, '/services/T0/B0/taiga'],
    ['token', BOT, '#shop'],
  ] as const;

  test.each(
    ways.flatMap(([way, yaml, to]) => bad.map(([name, mood]) => [name, way, mood, yaml, to] as const)),
  )('%s, by %s: it is told once Slack is well again, and once only', async (_, __, mood, yaml, to) => {
    const running = await start(yaml);
    slack.setMood(mood);
    await running.post(ALERT);
    await attempts(mood.kind === 'silent' ? 1 : 2);
    expect(slack.accepted()).toEqual([]);
    slack.setMood({ kind: 'well' });
    await isDelivered(to);
    // Several times the interval later it is still one.
    const flushes = await running.metric('alertmanager_notifications_total{integration="slack"');
    await new Promise((resolve) => setTimeout(resolve, 3500));
    expect(slack.accepted()).toHaveLength(1);
    expect(await running.metric('alertmanager_notifications_total{integration="slack"')).toBe(flushes);
    for (const { problems } of slack.posts) expect(problems).toEqual([]);
  });

  test('ok: false with status 200: a failure for Alertmanager from 0.26 on, unnoticed by an older one', async () => {
    const running = await start(BOT);
    const [, minor] = /version=0\.(\d+)/.exec(running.said()) ?? [];
    slack.setMood({ kind: 'refusing', error: 'not_in_channel' });
    await running.post(ALERT);
    await attempts(Number(minor) >= 26 ? 2 : 1);
    const failed = 'alertmanager_notifications_failed_total{integration="slack"';
    await eventually(async () =>
      expect(await running.metric('alertmanager_notifications_total{integration="slack"')).toBeGreaterThan(0),
    );
    expect((await running.metric(failed)) > 0).toBe(Number(minor) >= 26);
  });
});
