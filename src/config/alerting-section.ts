import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import { BugflowError, type Place } from '../base/errors.js';
import { secret } from './secret.js';
import { defineSection, type SectionContext } from './section.js';
import { webAddress } from './web-address.js';

/** The severities of alerts that are sent to somebody, most urgent first. */
export const SEVERITIES = ['critical', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

const pattern = z.string().min(1, 'a pattern must not be empty');

/** Alertmanager reads the file, possibly in another container. */
const alertmanagersFile = z.string().refine(isAbsolute, {
  error: (issue) =>
    `"${String(issue.input)}" is not an absolute path; write it as Alertmanager sees it, like /run/secrets/slack_url`,
});

const slack = z.strictObject({
  webhook_url_file: alertmanagersFile
    .optional()
    .describe(
      "File with the address of an incoming webhook; its path as Alertmanager sees it. Alerts that no entry of `channels` sends elsewhere go into the webhook's channel. If the file is empty, nobody is told.",
    ),
  bot_token_file: alertmanagersFile
    .optional()
    .describe(
      'Instead: file with the token (`xoxb-…`) of an app that may post into every channel of `channels`.',
    ),
});

const channel = z.strictObject({
  alert: pattern.default('*').describe('Which alerts: a name, with `*` and `?` as wildcards.'),
  project: pattern
    .default('*')
    .describe(
      'Of which projects: a slug, with `*` and `?` as wildcards. Alerts about the service itself have no project.',
    ),
  severity: z.enum(SEVERITIES).optional().describe('Only those of this severity; absent: all.'),
  channel: z
    .string()
    .regex(/^(#[^\s#]+|[CG][A-Z0-9]{6,})$/, 'write a channel like #taiga, or its ID like C0123456789')
    .optional()
    .describe('The channel, for an app with a token.'),
  webhook_url_file: alertmanagersFile
    .optional()
    .describe('File with the address of the webhook of this channel, without a token.'),
});

const disabled = z.strictObject({
  alert: z.string().min(1, 'name an alert').describe('Which alert, like `TaigaWorkStale`.'),
  project: pattern
    .default('*')
    .describe('For which projects: a slug, with `*` and `?` as wildcards; `*`: everywhere.'),
});

const watchdogUrl = secret('watchdog_url', {
  meaning:
    "The address to which the dead man's switch posts every five minutes, as long as alerts get through: a service that speaks up when it stops.",
  fileMeaning: 'File with that address, its path as Alertmanager sees it; Alertmanager 0.26 and newer.',
  text: webAddress,
  file: alertmanagersFile,
});

const alertingSchema = z.strictObject({
  slack: slack
    .optional()
    .describe('Who is told: a webhook or an app in Slack. Absent: nobody; alerts are only shown.'),
  channels: z
    .array(channel)
    .default([])
    .describe('Which alert goes into which channel: the first entry that fits decides.'),
  quiet: z
    .boolean()
    .default(true)
    .describe(
      'Whether alerts of severity `warning` and `info` wait for working time (`calendar`). `critical` never waits.',
    ),
  ...watchdogUrl.keys,
  update_messages: z
    .boolean()
    .default(false)
    .describe(
      'Whether a message is changed when its alert changes or is over, instead of being followed by another one; Alertmanager 0.32 and newer, with a token.',
    ),
  disabled: z.array(disabled).default([]).describe('Alerts that are switched off.'),
  rules: z
    .array(pattern)
    .default([])
    .describe(
      "Files of the team's own rules, relative to this file; `*` is a wildcard in the file name. Prometheus loads them by itself; `check` only checks them.",
    ),
});

type RawAlerting = z.output<typeof alertingSchema>;

/** How Alertmanager posts into Slack; paths as Alertmanager sees them. */
export type SlackAccess =
  | { readonly kind: 'webhook'; readonly urlFile: string }
  | { readonly kind: 'bot'; readonly tokenFile: string };

/** In patterns `*` and `?` are wildcards. */
export interface ChannelRule {
  readonly alert: string;
  readonly project: string;
  readonly severity: Severity | undefined;
  /** Always set for a bot, never for a webhook. */
  readonly channel: string | undefined;
  /** Always set for a webhook, never for a bot. */
  readonly webhookUrlFile: string | undefined;
}

export interface DisabledAlert {
  /** The alert's name. */
  readonly alert: string;
  /** A pattern of slugs. */
  readonly project: string;
  /** Where the name is written. */
  readonly place?: Place | undefined;
}

export interface AlertingConfig {
  /** Undefined: alerts are not sent. */
  readonly slack: SlackAccess | undefined;
  /** The first one that matches decides; the last one matches everything. Empty without Slack. */
  readonly channels: readonly ChannelRule[];
  readonly quiet: boolean;
  readonly watchdog: { readonly url: string } | { readonly urlFile: string } | undefined;
  readonly updateMessages: boolean;
  readonly disabled: readonly DisabledAlert[];
  /** Absolute patterns of the team's own rule files. */
  readonly ruleFiles: readonly string[];
}

export const alertingSection = defineSection({
  key: 'alerting',
  name: 'alerting',
  schema: alertingSchema
    .prefault({})
    .describe('Who is told about exceptional situations; [Alerting](alerting.md) explains it.'),
  resolve: alertingConfig,
});

function alertingConfig(raw: RawAlerting, section: SectionContext): AlertingConfig {
  const { base, locate } = section;
  const refuse = (message: string, ...path: (string | number)[]): BugflowError =>
    new BugflowError('CONFIG_INVALID', message, { place: locate(['alerting', ...path]) });
  const watchdog = watchdogUrl.resolve(raw, section, ['alerting']);
  const slackAccess = slackOf(raw, refuse);
  if (raw.update_messages && slackAccess?.kind !== 'bot')
    throw refuse(
      'alerting.update_messages needs alerting.slack.bot_token_file: the message of a webhook cannot be changed',
      'update_messages',
    );
  return {
    slack: slackAccess,
    channels: slackAccess ? channelsOf(raw.channels, slackAccess, refuse) : [],
    quiet: raw.quiet,
    watchdog: watchdog && ('file' in watchdog ? { urlFile: watchdog.file } : { url: watchdog.text }),
    updateMessages: raw.update_messages,
    disabled: raw.disabled.map((entry, i) => ({
      ...entry,
      place: locate(['alerting', 'disabled', i, 'alert']),
    })),
    ruleFiles: raw.rules.map((path) => resolve(base, path)),
  };
}

type Refuse = (message: string, ...path: (string | number)[]) => BugflowError;

function slackOf({ slack, channels }: RawAlerting, refuse: Refuse): SlackAccess | undefined {
  if (slack === undefined) {
    if (channels.length === 0) return undefined;
    throw refuse('alerting.channels needs alerting.slack, which says how to reach Slack', 'channels');
  }
  const { webhook_url_file: urlFile, bot_token_file: tokenFile } = slack;
  if (urlFile !== undefined && tokenFile !== undefined)
    throw refuse(
      'alerting.slack.webhook_url_file and alerting.slack.bot_token_file are both given; keep one',
      ...['slack', 'bot_token_file'],
    );
  if (urlFile !== undefined) return { kind: 'webhook', urlFile };
  if (tokenFile !== undefined) return { kind: 'bot', tokenFile };
  throw refuse(
    'alerting.slack is empty; name a file: webhook_url_file or bot_token_file, or leave the section out',
    'slack',
  );
}

function channelsOf(
  raw: RawAlerting['channels'],
  access: SlackAccess,
  refuse: Refuse,
): readonly ChannelRule[] {
  const rules = raw.map((entry, i): ChannelRule => {
    const name = `alerting.channels[${i}]`;
    const path = ['channels', i] as const;
    if (access.kind === 'bot') {
      if (entry.webhook_url_file !== undefined)
        throw refuse(
          `${name}.webhook_url_file: with a token, name the channel: channel: "#name"`,
          ...[...path, 'webhook_url_file'],
        );
      if (entry.channel === undefined) throw refuse(`${name}.channel: this key is missing`, ...path);
    } else if (entry.channel !== undefined) {
      throw refuse(
        `${name}.channel: a webhook posts into its own channel; name the file of the webhook of ${entry.channel}: webhook_url_file, or use alerting.slack.bot_token_file`,
        ...[...path, 'channel'],
      );
    }
    return {
      alert: entry.alert,
      project: entry.project,
      severity: entry.severity,
      channel: entry.channel,
      webhookUrlFile: access.kind === 'webhook' ? (entry.webhook_url_file ?? access.urlFile) : undefined,
    };
  });
  const rest = rules.findIndex(fitsAll);
  if (rest >= 0 && rest < rules.length - 1)
    throw refuse(
      `alerting.channels[${rest + 1}]: it never decides, as alerting.channels[${rest}] matches everything; put that one last`,
      ...['channels', rest + 1],
    );
  if (rest >= 0) return rules;
  if (access.kind === 'webhook') return [...rules, { ...EVERYTHING, webhookUrlFile: access.urlFile }];
  throw refuse(
    'alerting.channels: some alerts would be sent to nobody; end with an entry that matches everything, like { channel: "#taiga" }',
    ...(raw.length > 0 ? ['channels', raw.length - 1] : ['slack', 'bot_token_file']),
  );
}

const EVERYTHING: ChannelRule = {
  alert: '*',
  project: '*',
  severity: undefined,
  channel: undefined,
  webhookUrlFile: undefined,
};

function fitsAll({ alert, project, severity }: ChannelRule): boolean {
  return /^\*+$/.test(alert) && /^\*+$/.test(project) && severity === undefined;
}
