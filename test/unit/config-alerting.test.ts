import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import type { AlertingConfig } from '../../src/config/alerting-section.js';
import { loadConfig } from '../../src/config/config.js';
import { errorOf, folderWith } from './helpers.js';

const env = { TAIGA_DATABASE_URL: 'postgres://bugflow@localhost/taiga' };

async function load(text: string): Promise<AlertingConfig> {
  const folder = await folderWith({ 'config.yaml': text });
  return (await loadConfig({ file: join(folder, 'config.yaml'), env })).alerting;
}

const everything = { alert: '*', project: '*', severity: undefined };

test('without a section nobody is told, and nothing is switched off', async () => {
  expect(await load('')).toEqual({
    slack: undefined,
    channels: [],
    quiet: true,
    watchdog: undefined,
    updateMessages: false,
    disabled: [],
    ruleFiles: [],
  });
});

test('all of it with a token', async () => {
  const text = `alerting:
  slack: { bot_token_file: /run/secrets/slack_token }
  channels:
    - { project: "shop-*", severity: critical, channel: "#shop-urgent" }
    - { alert: "Bugflow*", channel: C0123456789 }
    - channel: "#taiga"
  quiet: false
  watchdog_url: https://hc-ping.com/uuid
  update_messages: true
  disabled:
    - { alert: TaigaWorkStale, project: "sandbox-*" }
    - { alert: TaigaWorkUnassigned }
  rules: [our-alerts/*.rules.yml, /srv/one.rules.yml]
`;
  const { ruleFiles, ...alerting } = await load(text);
  const bot = { webhookUrlFile: undefined };
  expect(alerting).toEqual({
    slack: { kind: 'bot', tokenFile: '/run/secrets/slack_token' },
    channels: [
      { alert: '*', project: 'shop-*', severity: 'critical', channel: '#shop-urgent', ...bot },
      { ...everything, alert: 'Bugflow*', channel: 'C0123456789', ...bot },
      { ...everything, channel: '#taiga', ...bot },
    ],
    quiet: false,
    watchdog: { url: 'https://hc-ping.com/uuid' },
    updateMessages: true,
    disabled: [
      {
        alert: 'TaigaWorkStale',
        project: 'sandbox-*',
        place: { file: expect.stringContaining('config.yaml'), line: 11 },
      },
      {
        alert: 'TaigaWorkUnassigned',
        project: '*',
        place: { file: expect.stringContaining('config.yaml'), line: 12 },
      },
    ],
  });
  expect(ruleFiles.map((file) => [file.startsWith('/'), basename(file)])).toEqual([
    [true, '*.rules.yml'],
    [true, 'one.rules.yml'],
  ]);
});

test('a webhook has the channel of its own for whatever goes nowhere else', async () => {
  const text = `alerting:
  slack: { webhook_url_file: /run/a }
  channels: [{ project: shop, webhook_url_file: /run/b }]
  watchdog_url_file: /run/c
`;
  expect(await load(text)).toMatchObject({
    slack: { kind: 'webhook', urlFile: '/run/a' },
    channels: [
      { project: 'shop', channel: undefined, webhookUrlFile: '/run/b' },
      { ...everything, channel: undefined, webhookUrlFile: '/run/a' },
    ],
    watchdog: { urlFile: '/run/c' },
  });
});

test('the last entry of a webhook may fit everything, too', async () => {
  const text = 'alerting: { slack: { webhook_url_file: /a }, channels: [{ webhook_url_file: /b }] }';
  expect((await load(text)).channels).toEqual([{ ...everything, channel: undefined, webhookUrlFile: '/b' }]);
});

const BOT = 'slack: { bot_token_file: /t }';
const HOOK = 'slack: { webhook_url_file: /w }';

test.each([
  ['slak: {}', 1, 'unknown key "slak"; did you mean "slack"?'],
  [
    'slack: {}',
    1,
    'alerting.slack is empty; name a file: webhook_url_file or bot_token_file, or leave the section out',
  ],
  [
    'slack:\n    webhook_url_file: /w\n    bot_token_file: /t',
    3,
    'alerting.slack.webhook_url_file and alerting.slack.bot_token_file are both given; keep one',
  ],
  [
    'slack: { webhook_url_file: slack-url }',
    1,
    'alerting.slack.webhook_url_file: "slack-url" is not an absolute path; write it as Alertmanager sees it, like /run/secrets/slack_url',
  ],
  [
    'channels: [{ channel: "#taiga" }]',
    1,
    'alerting.channels needs alerting.slack, which says how to reach Slack',
  ],
  [
    BOT,
    1,
    'alerting.channels: some alerts would be sent to nobody; end with an entry that matches everything, like { channel: "#taiga" }',
  ],
  [
    `${BOT}\n  channels:\n    - { channel: "#a", project: a }`,
    3,
    'alerting.channels: some alerts would be sent to nobody; end with an entry that matches everything, like { channel: "#taiga" }',
  ],
  [
    `${BOT}\n  channels:\n    - { channel: "#a" }\n    - { channel: "#b", project: b }`,
    4,
    'alerting.channels[1]: it never decides, as alerting.channels[0] matches everything; put that one last',
  ],
  [`${BOT}\n  channels:\n    - project: b`, 3, 'alerting.channels[0].channel: this key is missing'],
  [
    `${BOT}\n  channels:\n    - channel: taiga`,
    3,
    'alerting.channels[0].channel: write a channel like #taiga, or its ID like C0123456789',
  ],
  [
    `${BOT}\n  channels:\n    - webhook_url_file: /w`,
    3,
    'alerting.channels[0].webhook_url_file: with a token, name the channel: channel: "#name"',
  ],
  [
    `${HOOK}\n  channels:\n    - project: a\n      channel: "#a"`,
    4,
    'alerting.channels[0].channel: a webhook posts into its own channel; name the file of the webhook of #a: webhook_url_file, or use alerting.slack.bot_token_file',
  ],
  [
    `${BOT}\n  channels:\n    - { channel: "#a", severity: none }`,
    3,
    'alerting.channels[0].severity: invalid option: expected one of "critical"|"warning"|"info"',
  ],
  [
    'watchdog_url: https://h\n  watchdog_url_file: /w',
    2,
    'alerting.watchdog_url and alerting.watchdog_url_file are both given; keep one',
  ],
  [
    `${HOOK}\n  update_messages: true`,
    2,
    'alerting.update_messages needs alerting.slack.bot_token_file: the message of a webhook cannot be changed',
  ],
  ['disabled: [{ project: a }]', 1, 'alerting.disabled[0].alert: this key is missing'],
  ['rules: [""]', 1, 'alerting.rules[0]: a pattern must not be empty'],
])('%j is refused', async (text, line, message) => {
  const error = await errorOf(load(`alerting:\n  ${text}\n`));
  expect(error.message.replace(/^.*config\.yaml/, '')).toBe(`:${line + 1}: ${message}`);
});
