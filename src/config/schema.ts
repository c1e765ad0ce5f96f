import { z } from 'zod';
import { duration, timeout, timeoutOrNone } from '../documents/duration.js';
import { alertingSchema } from './alerting-section.js';
import { calendarSchema } from './calendar-section.js';
import { databaseSchema } from './database-section.js';
import { externalUrlsSchema } from './external-urls-section.js';
import { parseHostPort } from './host-port.js';
import { KINDS } from './kinds.js';
import { sshSchema } from './ssh-section.js';
import { thresholdsSchema } from './thresholds-section.js';
import { webAddress } from './web-address.js';
import { webSchema } from './web-section.js';

export const STAGES = ['backlog', 'ready', 'active', 'waiting', 'done', 'discarded'] as const;
export type Stage = (typeof STAGES)[number];

/** What teams call bugs, in English and the main languages of Taiga. */
const BUG_TYPES = [
  ...['bug', 'bugs', 'defect', 'fault', 'error', 'incident', 'regression'],
  ...[
    'fehler',
    'störung',
    'fallo',
    'defecto',
    'incidencia',
    'anomalie',
    'défaut',
    'erreur',
    'erro',
    'defeito',
  ],
  ...[
    'difetto',
    'errore',
    'fout',
    'storing',
    'błąd',
    'usterka',
    'ошибка',
    'дефект',
    'баг',
    '缺陷',
    '故障',
    '错误',
    'バグ',
    '不具合',
  ],
];

/** What they call the worst of them: Taiga's own word, and what else is usual. */
const CRITICAL = [
  ...['critical', 'blocker', 'urgent', 'showstopper', 'fatal', 'kritisch', 'crítico', 'crítica'],
  ...['critique', 'bloquant', 'critico', 'critica', 'krytyczny', 'критический', '严重', '致命的'],
];

const pattern = z.string().min(1, 'a pattern must not be empty');

const timeZone = z.string().refine(isTimeZone, {
  error: (issue) => `"${String(issue.input)}" is not a time zone; use an IANA name like Europe/Berlin`,
});

const listen = z.string().refine((text) => parseHostPort(text) !== undefined, {
  error: (issue) =>
    `"${String(issue.input)}" is not an address; write HOST:PORT, like 127.0.0.1:10284 or [::]:10284`,
});

const count = z.number().int().positive();

const projects = z.strictObject({
  include: z.array(pattern).default(['*']).describe('Slugs to export; `*` and `?` are wildcards.'),
  exclude: z.array(pattern).default([]).describe('Slugs not to export, even when included.'),
});

const workflowRule = z.strictObject({
  project: pattern.default('*').describe('Which projects: a slug, with `*` and `?` as wildcards.'),
  kind: z.enum(KINDS).optional().describe('Which kind; absent: all four.'),
  stages: z
    .partialRecord(z.enum(STAGES), z.array(pattern))
    .describe('Stage → names of its statuses, without regard to case; `*` and `?` are wildcards.'),
});

const transitionRule = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_]*$/, "a transition's name has small letters, digits and _, like sent_back")
    .describe('What the team calls such a move: the label `transition`.'),
  project: pattern.default('*').describe('Which projects: a slug, with `*` and `?` as wildcards.'),
  kind: z.enum(KINDS).optional().describe('Which kind; absent: all four.'),
  from: z
    .array(pattern)
    .min(1)
    .default(['*'])
    .describe('Statuses that the item leaves, without regard to case; `*` and `?` are wildcards.'),
  to: z.array(pattern).min(1).default(['*']).describe('Statuses that it enters.'),
});

const labels = z.strictObject({
  people: z
    .enum(['full_name', 'username', 'off'])
    .default('full_name')
    .describe('How people appear in the two metrics that name them; `off`: not at all.'),
  subjects: z.boolean().default(true).describe('Whether subjects of items and epics appear in labels.'),
});

const override = z.strictObject({
  enabled: z.boolean().optional().describe('`false` switches the collector off.'),
  schedule: z.string().optional().describe('Another cron expression.'),
  timeout: timeout.optional().describe('Another timeout of its statement.'),
  stale_after: duration
    .optional()
    .describe('Another time for which its last good values stay when it fails.'),
  max_series: count.optional().describe('Another limit of its series.'),
});

const prometheus = z.strictObject({
  job: z.string().min(1).default('taiga-bugflow').describe("The scrape's `job_name`."),
  instance: z
    .string()
    .min(1)
    .optional()
    .describe("The scrape's target, `HOST:PORT` as Prometheus' configuration names it; `listen` by default."),
});

export const configSchema = z.strictObject({
  database: databaseSchema.prefault({}).describe("Where Taiga's database is."),
  ssh: sshSchema
    .optional()
    .describe(
      'The SSH server through which the database is reached; host and port of its URL are then as seen from there.',
    ),
  listen: listen
    .default('127.0.0.1:10284')
    .describe(
      'Address of the HTTP server. Only this machine by default; `0.0.0.0:10284` opens it to the network.',
    ),
  web: webSchema.prefault({}).describe('Who may reach the HTTP server, and how.'),
  time_zone: timeZone.default('UTC').describe('Time zone of days, sprints and cron expressions.'),
  taiga_url: webAddress.optional().describe("Address of Taiga's front end, for links to items."),
  external_urls: externalUrlsSchema
    .prefault({})
    .describe("Where people's browsers find what belongs together: what links are made of."),
  calendar: calendarSchema
    .prefault({})
    .describe('When the team works: what working days are, and when warnings may be heard.'),
  projects: projects.prefault({}).describe('Which projects are exported.'),
  workflow: z
    .array(workflowRule)
    .default([])
    .describe('Which status is which stage; the first rule that matches wins, then the defaults apply.'),
  transitions: z
    .array(transitionRule)
    .default([])
    .describe(
      'What moves between statuses are called; the first rule that matches wins, then the defaults apply.',
    ),
  thresholds: thresholdsSchema.prefault({}).describe('When something is exceptional.'),
  alerting: alertingSchema
    .prefault({})
    .describe('Who is told of what is exceptional; [Alerting](alerting.md) explains it.'),
  bugs: z
    .array(pattern)
    .default(BUG_TYPES)
    .describe('Which types of issues are bugs, without regard to case; `*` and `?` are wildcards.'),
  critical: z
    .array(pattern)
    .default(CRITICAL)
    .describe(
      'Which severities and priorities make a bug critical, without regard to case; `*` and `?` are wildcards.',
    ),
  labels: labels.prefault({}).describe('What of people and texts appears in labels.'),
  collectors: z
    .array(pattern)
    .default([])
    .describe('Files of your own collectors, relative to this file; `*` is a wildcard in the file name.'),
  overrides: z.record(z.string(), override).default({}).describe('Changes to single collectors, by name.'),
  new_series_zero_for: timeoutOrNone
    .prefault('2m')
    .describe(
      'How long a counter that is new is shown as 0 before it shows what happened, so that `increase()` counts that, too: at least two scrapes. `0s`: not at all.',
    ),
  reload_endpoint: z
    .boolean()
    .default(false)
    .describe('Whether `POST /-/reload` reads the configuration again (SIGHUP always does).'),
  state_file: z
    .string()
    .min(1, 'name a file, or leave state_file out')
    .optional()
    .describe(
      'A file in which `serve` keeps how each status was called and marked, and since when: with it counters are exact after a restart, too, when a mark was switched or a status deleted. Each instance needs its own.',
    ),
  prometheus: prometheus
    .prefault({})
    .describe(
      'The labels that Prometheus gives to what it scrapes here, so that a backfilled past is one line with what follows.',
    ),
  log_level: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('How much the log says.'),
});

export type RawConfig = z.output<typeof configSchema>;

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
