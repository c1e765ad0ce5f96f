import { Document, isMap, isScalar, isSeq } from 'yaml';
import type { ChannelRule } from '../config/alerting-section.js';
import type { AlertingSettings } from '../config/config.js';
import { INHIBITIONS } from './inhibitions.js';
import { equalMatcher, wildcardMatcher } from './matchers.js';
import { NOBODY, type Receiver, slackReceiver, watchdogReceiver } from './receivers.js';
import { timeOff } from './time-intervals.js';

export interface AlertmanagerSource extends AlertingSettings {
  /** Whether a secret's file is empty. */
  readonly isEmpty: (file: string) => boolean;
}

/** Where the alerts of one entry of `alerting.channels` go. */
export interface Destination {
  readonly rule: ChannelRule;
  /** The file with the secret for this destination. */
  readonly secretFile: string;
  readonly receiver: Receiver;
}

interface Route {
  readonly comment?: string;
  readonly matchers?: readonly string[];
  readonly routes?: readonly Route[];
  readonly [key: string]: unknown;
}

const TIME_OFF = 'time off';

/** One for each entry, in their order; without those whose secret is empty. */
export function destinations({ alerting, isEmpty }: AlertmanagerSource): readonly Destination[] {
  const { slack, channels, updateMessages } = alerting;
  if (slack === undefined) return [];
  return channels.map((rule) => {
    const file = slack.kind === 'bot' ? slack.tokenFile : (rule.webhookUrlFile ?? slack.urlFile);
    const receiver = isEmpty(file) ? NOBODY : slackReceiver(slack, rule, updateMessages);
    return { rule, secretFile: file, receiver };
  });
}

/** The text of alertmanager.yml. It names the files of secrets; the only secrets in it are those in the configuration. */
export function alertmanagerConfig(source: AlertmanagerSource): string {
  const { alerting, calendar, timeZone } = source;
  const told = destinations(source);
  const watchdog = alerting.watchdog ? watchdogReceiver(alerting.watchdog) : NOBODY;
  const off = alerting.quiet ? timeOff(calendar, timeZone) : [];
  const isMuted = off.length > 0 && told.some(({ receiver }) => receiver !== NOBODY);
  const routes: readonly Route[] = [
    {
      comment: "The dead man's switch, which always fires.",
      matchers: [equalMatcher('alertname', 'BugflowWatchdog')],
      receiver: watchdog.name,
      ...(watchdog !== NOBODY && { group_wait: '0s', group_interval: '1m', repeat_interval: '5m' }),
    },
    {
      comment: 'An alert that always fires is no news.',
      matchers: [equalMatcher('severity', 'none')],
      receiver: NOBODY.name,
    },
    ...told.map(({ rule, receiver }) => channelRoute(rule, receiver, isMuted)),
  ];
  const content = {
    templates: ['slack.tmpl'],
    route: {
      receiver: told.at(-1)?.receiver.name ?? NOBODY.name,
      group_by: ['alertname', 'project'],
      group_wait: '30s',
      group_interval: '5m',
      repeat_interval: '24h',
      routes,
    },
    inhibit_rules: INHIBITIONS.map(({ why, ...rule }) => ({ comment: why, ...rule })),
    ...(isMuted && { time_intervals: [{ name: TIME_OFF, time_intervals: off }] }),
    receivers: unique([...told.map(({ receiver }) => receiver), watchdog, NOBODY]),
  };
  // In YAML 1.1, as Alertmanager reads it, 09:00 without quotes is a number.
  const config = new Document(content, { version: '1.1', aliasDuplicateObjects: false });
  config.directives = undefined;
  config.commentBefore = HEAD;
  polish(config.contents);
  return config.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** The first words of each file that this command makes. */
export const MADE_BY = '# Made by `taiga-bugflow alertmanager`';

const HEAD = `${MADE_BY.slice(1)} from \`alerting\`, \`calendar\` and \`time_zone\` of its configuration: change that, and run
 it again. docs/alerting.md explains it.`;

function channelRoute(
  { alert, project, severity }: ChannelRule,
  { name }: Receiver,
  isMuted: boolean,
): Route {
  const matchers = [
    wildcardMatcher('alertname', alert),
    wildcardMatcher('project', project),
    severity && equalMatcher('severity', severity),
  ].filter((matcher) => matcher !== undefined);
  const mute = name !== NOBODY.name && isMuted ? { mute_time_intervals: [TIME_OFF] } : {};
  const seldom = { repeat_interval: '96h' };
  const ofSeverity = {
    ...(severity === 'info' && seldom),
    ...((severity === 'info' || severity === 'warning') && mute),
  };
  const children: readonly Route[] = [
    ...('mute_time_intervals' in mute ? [{ matchers: [equalMatcher('severity', 'warning')], ...mute }] : []),
    {
      comment: 'Shorter than --data.retention (120h by default), which would cut it short.',
      matchers: [equalMatcher('severity', 'info')],
      ...seldom,
      ...mute,
    },
  ];
  return {
    ...(matchers.length > 0 && { matchers }),
    receiver: name,
    ...ofSeverity,
    ...(severity === undefined && name !== NOBODY.name && { routes: children }),
  };
}

function unique(receivers: readonly Receiver[]): readonly Receiver[] {
  return [...new Map(receivers.map((receiver) => [receiver.name, receiver])).values()];
}

/** Turns each key `comment` of a map into a comment before it, and puts lists of texts in one line. */
function polish(node: unknown): void {
  if (isMap(node)) {
    const comment: unknown = node.get('comment');
    if (typeof comment === 'string') {
      node.delete('comment');
      node.commentBefore = ` ${comment}`;
    }
    for (const { value } of node.items) polish(value);
  } else if (isSeq(node)) {
    node.flow = node.items.every((item) => isScalar(item));
    for (const item of node.items) polish(item);
  }
}
