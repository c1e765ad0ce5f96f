import { z } from 'zod';
import { type Secret, secret } from './secret.js';
import { defineSection } from './section.js';
import { baseAddress, withoutSlash } from './web-address.js';

const botToken = secret('bot_token', {
  meaning:
    'Token (`xoxb-…`) of an app that may write into the channels that are named (`chat:write`), and put files there (`files:write`).',
  fileMeaning: 'File that holds the token; it is read again before each post.',
});

const slackSchema = z.strictObject({
  ...botToken.keys,
  api_url: baseAddress
    .default('https://slack.com/api')
    .describe("Address of Slack's API; another one for GovSlack or a gateway."),
});

/** How this service itself writes into Slack. */
export interface SlackConfig {
  /** Undefined: only webhooks can be used. */
  readonly botToken: Secret | undefined;
  /** Without a slash at the end. */
  readonly apiUrl: string;
}

export const slackSection = defineSection({
  key: 'slack',
  name: 'slack',
  schema: slackSchema
    .prefault({})
    .describe(
      'How this service itself writes into Slack, which it does for `reports`. Alerts have `alerting.slack`, as Alertmanager sends them.',
    ),
  resolve: (raw, section): SlackConfig => ({
    botToken: botToken.resolve(raw, section, ['slack']),
    apiUrl: withoutSlash(raw.api_url),
  }),
});
