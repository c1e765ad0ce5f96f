import { z } from 'zod';
import { BugflowError, type Place } from '../base/errors.js';
import { type Secret, secret } from './secret.js';
import { defineSection, type SectionContext } from './section.js';
import { timeZoneSection } from './service-sections.js';
import { slackSection } from './slack-section.js';
import { timeZone } from './time-zone.js';
import { webAddress } from './web-address.js';

const webhookUrl = secret('webhook_url', {
  meaning: 'Address of an incoming webhook of Slack, which decides about the channel.',
  fileMeaning: 'File that holds the address; it is read again before each post.',
  text: webAddress,
});

const ATTACHMENTS = ['auto', 'none', 'png', 'pdf'] as const;

const onlyWhen = z.strictObject({
  section: z
    .string()
    .min(1)
    .describe('A section of the report. Without the other keys: when it has any row.'),
  column: z
    .string()
    .min(1)
    .optional()
    .describe('A column of that section with numbers: what its first row says counts.'),
  above: z.number().optional().describe('When the number is larger than this.'),
  below: z.number().optional().describe('When the number is smaller than this.'),
});

const post = z.strictObject({
  report: z.string().min(1).describe('Which report, like `week`.'),
  projects: z.array(z.string().min(1)).default([]).describe('About which projects (slugs); none: all.'),
  period: z
    .string()
    .min(1)
    .optional()
    .describe("About which period, like `yesterday`; default: the report's own."),
  schedule: z.string().describe('When, as a cron expression, like `0 9 * * mon`.'),
  time_zone: timeZone.optional().describe('Time zone of the schedule; default: `time_zone`.'),
  missed: z
    .enum(['late', 'skip'])
    .default('late')
    .describe(
      'What becomes of a post whose time passed while nothing ran: it is made once, late, or not at all. Late needs a `state_file`.',
    ),
  only_when: onlyWhen.optional().describe('When there is something to tell; absent: always.'),
  channel: z
    .string()
    .regex(/^(#[^\s#]+|[CG][A-Z0-9]{6,})$/, 'write a channel like #taiga, or its ID like C0123456789')
    .optional()
    .describe('The channel, with `slack.bot_token_file`.'),
  attach: z
    .enum(ATTACHMENTS)
    .default('auto')
    .describe(
      'What goes into the thread of the message, with a channel: `auto`: a picture of the charts that Slack does not draw; `png` or `pdf`: always the whole report as that file; `none`: nothing. A file needs the scope `files:write`.',
    ),
  ...webhookUrl.keys,
});

type RawPost = z.output<typeof post>;

export interface PostCondition {
  readonly section: string;
  /** Undefined: whether the section has rows. */
  readonly number: { readonly column: string; readonly above?: number; readonly below?: number } | undefined;
}

/** A report that is posted on a schedule. */
export interface PostConfig {
  readonly report: string;
  /** Slugs; empty: all projects. */
  readonly projects: readonly string[];
  /** Undefined: the report's own. */
  readonly period: string | undefined;
  /** A cron expression, not checked yet. */
  readonly schedule: string;
  readonly timeZone: string;
  readonly missed: 'late' | 'skip';
  readonly onlyWhen: PostCondition | undefined;
  /** What goes into the thread of the message; only a bot has one. */
  readonly attach: (typeof ATTACHMENTS)[number];
  readonly target: PostTarget;
  readonly place: Place | undefined;
}

export type PostTarget =
  | { readonly kind: 'webhook'; readonly url: Secret }
  | { readonly kind: 'bot'; readonly apiUrl: string; readonly token: Secret; readonly channel: string };

export const reportPostsSection = defineSection({
  key: 'reports',
  name: 'reportPosts',
  schema: z
    .array(post)
    .default([])
    .describe(
      'Reports that are posted into Slack on a schedule; [Reports](reports.md#into-slack) explains it.',
    ),
  resolve: (raw, section): readonly PostConfig[] =>
    raw.map((entry, i) => ({
      report: entry.report,
      projects: entry.projects,
      period: entry.period,
      schedule: entry.schedule,
      timeZone: entry.time_zone ?? section.resolved(timeZoneSection),
      missed: entry.missed,
      onlyWhen: conditionOf(entry, i, section),
      attach: entry.attach,
      target: targetOf(entry, i, section),
      place: section.locate(['reports', i]),
    })),
});

function conditionOf({ only_when }: RawPost, i: number, section: SectionContext): PostCondition | undefined {
  if (only_when === undefined) return undefined;
  const { column, above, below, section: name } = only_when;
  if (column === undefined && above === undefined && below === undefined)
    return { section: name, number: undefined };
  if (column === undefined || (above === undefined) === (below === undefined))
    throw refuse(
      section,
      i,
      'only_when: a number needs `column`, and either `above` or `below`; leave all three out to ask for any row',
      'only_when',
    );
  return {
    section: name,
    number: { column, ...(above !== undefined && { above }), ...(below !== undefined && { below }) },
  };
}

function targetOf(entry: RawPost, i: number, section: SectionContext): PostTarget {
  const { channel, attach } = entry;
  const url = webhookUrl.resolve(entry, section, ['reports', i]);
  if (url && channel !== undefined)
    throw refuse(
      section,
      i,
      'a webhook posts into its own channel; leave out channel, or the webhook',
      'channel',
    );
  if (url && (attach === 'png' || attach === 'pdf'))
    throw refuse(
      section,
      i,
      'a webhook takes no files; use channel, with slack.bot_token_file, or leave out attach',
      'attach',
    );
  if (url) return { kind: 'webhook', url };
  if (channel === undefined)
    throw refuse(section, i, 'say where it goes: channel (with slack.bot_token_file) or webhook_url_file');
  const { apiUrl, botToken } = section.resolved(slackSection);
  if (!botToken)
    throw refuse(
      section,
      i,
      'channel needs slack.bot_token_file, the token of an app; or use webhook_url_file',
      'channel',
    );
  return { kind: 'bot', apiUrl, token: botToken, channel };
}

function refuse({ locate }: SectionContext, i: number, message: string, ...path: string[]): BugflowError {
  return new BugflowError('CONFIG_INVALID', `reports[${i}]: ${message}`, {
    place: locate(['reports', i, ...path]),
  });
}
