import type { AlertingConfig, ChannelRule, SlackAccess } from '../config/alerting-section.js';

/** An entry of `receivers` in Alertmanager's configuration. */
export type Receiver = { readonly name: string } & Readonly<Record<string, unknown>>;

export const NOBODY: Receiver = { name: 'nobody' };

/** Where a bot sends its messages. */
const POST_MESSAGE = 'https://slack.com/api/chat.postMessage';

/** The receiver for an entry of `alerting.channels`. */
export function slackReceiver(
  access: SlackAccess,
  { channel, webhookUrlFile }: ChannelRule,
  updateMessages: boolean,
): Receiver {
  const address =
    access.kind === 'bot'
      ? {
          api_url: POST_MESSAGE,
          http_config: { authorization: { credentials_file: access.tokenFile } },
          channel,
          ...(updateMessages && { update_message: true }),
        }
      : { api_url_file: webhookUrlFile };
  return {
    name: `Slack ${access.kind === 'bot' ? channel : webhookUrlFile}`,
    slack_configs: [{ ...address, ...MESSAGE }],
  };
}

function template(name: string): string {
  return `{{ template "bugflow.${name}" . }}`;
}

function button(name: string): Readonly<Record<string, string>> {
  return { type: 'button', text: template(`${name}.text`), url: template(`${name}.url`) };
}

/** The message; its texts are in slack.tmpl. */
const MESSAGE = {
  send_resolved: true,
  // The app's own name instead of Alertmanager's.
  username: '',
  title: template('title'),
  title_link: template('link'),
  text: template('text'),
  fallback: template('fallback'),
  color: template('color'),
  footer: template('footer'),
  fields: [{ title: template('field.title'), value: template('field'), short: false }],
  actions: [button('runbook'), button('dashboard'), button('silence')],
  // The text must not be formatted: without this key it would be, and the field named here is not used.
  mrkdwn_in: ['pretext'],
  link_names: false,
};

/** The receiver that the dead man's switch reports to, as long as alerts get through. */
export function watchdogReceiver(watchdog: NonNullable<AlertingConfig['watchdog']>): Receiver {
  const address = 'url' in watchdog ? { url: watchdog.url } : { url_file: watchdog.urlFile };
  return { name: 'watchdog', webhook_configs: [{ ...address, send_resolved: false }] };
}
