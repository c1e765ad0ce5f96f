import { dirname, resolve } from 'node:path';
import { readDocument } from '../documents/document.js';
import { type AlertingConfig, alertingConfig } from './alerting-section.js';
import { type CalendarConfig, calendarConfig } from './calendar-section.js';
import { type DatabaseConfig, databaseConfig } from './database-section.js';
import { createExpansion, type Environment } from './expand.js';
import { type ExternalUrls, externalUrls } from './external-urls-section.js';
import { parseHostPort } from './host-port.js';
import type { Kind } from './kinds.js';
import { configSchema, type RawConfig, type Stage } from './schema.js';
import type { Locate, SectionContext } from './section.js';
import { type SshConfig, sshConfig } from './ssh-section.js';
import { type Thresholds, thresholds } from './thresholds-section.js';
import { withoutSlash } from './web-address.js';
import { type WebConfig, webConfig } from './web-section.js';

/** One line of the team's description of its boards; patterns have `*` and `?` as wildcards. */
export interface WorkflowRule {
  readonly project: string;
  readonly kind: Kind | undefined;
  readonly status: string;
  readonly stage: Stage;
}

/** What the team calls a move from one of these statuses to one of those. */
export interface TransitionRule {
  readonly name: string;
  readonly project: string;
  readonly kind: Kind | undefined;
  readonly from: readonly string[];
  readonly to: readonly string[];
}

export interface CollectorOverride {
  readonly enabled: boolean | undefined;
  readonly schedule: string | undefined;
  readonly timeoutMs: number | undefined;
  readonly staleAfterMs: number | undefined;
  readonly maxSeries: number | undefined;
}

export interface Config {
  /** The file it came from, if any. */
  readonly file: string | undefined;
  readonly database: DatabaseConfig;
  /** The way to the database, when it is not direct. */
  readonly ssh: SshConfig | undefined;
  readonly listen: { readonly host: string; readonly port: number };
  readonly web: WebConfig;
  readonly timeZone: string;
  readonly calendar: CalendarConfig;
  /** Without a slash at the end; empty when not configured. */
  readonly taigaUrl: string;
  readonly externalUrls: ExternalUrls;
  readonly projects: { readonly include: readonly string[]; readonly exclude: readonly string[] };
  readonly workflow: readonly WorkflowRule[];
  readonly transitions: readonly TransitionRule[];
  readonly thresholds: Thresholds;
  readonly alerting: AlertingConfig;
  /** Patterns of the types of issues that are bugs. */
  readonly bugs: readonly string[];
  /** Patterns of the severities and priorities that make a bug critical. */
  readonly critical: readonly string[];
  readonly labels: { readonly people: 'full_name' | 'username' | 'off'; readonly subjects: boolean };
  /** Absolute patterns of the team's own collector files. */
  readonly collectorFiles: readonly string[];
  readonly overrides: Readonly<Record<string, CollectorOverride>>;
  /** The labels that Prometheus gives to what it scrapes here. */
  readonly targetLabels: { readonly job: string; readonly instance: string };
  /** How long a counter that is new is shown as 0. */
  readonly newSeriesZeroForMs: number;
  readonly reloadEndpoint: boolean;
  /** Absolute; undefined: nothing outlives the process. */
  readonly stateFile: string | undefined;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
}

export interface ConfigSource {
  readonly file: string | undefined;
  readonly env: Environment;
  /**
   * The database where no other is named: an embedded one, whose only role is a superuser and which holds nothing that is
   * worth guarding.
   */
  readonly embeddedUrl?: string | undefined;
}

/** It has one session for all, so whoever connects may have to wait for somebody's long transaction. */
const EMBEDDED = { allow_superuser: true, connect_timeout: 120_000 } as const;

/** Reads and checks the configuration. @throws BugflowError naming file, line and fix. */
export async function loadConfig(source: ConfigSource): Promise<Config> {
  const { raw, locate } = await readRaw(source);
  return toConfig(raw, source, locate);
}

/** What Alertmanager's configuration is made of; this much needs no database. */
export type AlertingSettings = Pick<Config, 'alerting' | 'calendar' | 'timeZone'>;

/** @throws BugflowError naming file, line and fix. */
export async function loadAlertingSettings(source: ConfigSource): Promise<AlertingSettings> {
  const { raw, locate } = await readRaw(source);
  return alertingSettings(raw, { base: baseOf(source), env: source.env, locate });
}

function alertingSettings(raw: RawConfig, section: SectionContext): AlertingSettings {
  return {
    timeZone: raw.time_zone,
    calendar: calendarConfig(raw.calendar),
    alerting: alertingConfig(raw.alerting, section),
  };
}

/** The folder to which paths are relative. */
function baseOf({ file }: ConfigSource): string {
  return file === undefined ? process.cwd() : dirname(resolve(file));
}

/** Whether the configuration or the environment names a database, be it right or wrong. @throws BugflowError */
export async function namesDatabase(source: ConfigSource): Promise<boolean> {
  return isDatabaseNamed((await readRaw(source)).raw, source.env);
}

function isDatabaseNamed({ database }: RawConfig, env: Environment): boolean {
  return Boolean(database.url || database.url_file || env.TAIGA_DATABASE_URL);
}

async function readRaw({ file, env }: ConfigSource): Promise<{ raw: RawConfig; locate: Locate }> {
  if (file === undefined) return { raw: configSchema.parse({}), locate: () => undefined };
  const { value, place } = await readDocument(
    file,
    configSchema,
    { unreadable: 'CONFIG_UNREADABLE', invalid: 'CONFIG_INVALID' },
    createExpansion(env),
  );
  return { raw: value, locate: place };
}

async function toConfig(raw: RawConfig, source: ConfigSource, locate: Locate): Promise<Config> {
  const { file, env, embeddedUrl } = source;
  const base = baseOf(source);
  const section = { base, env, locate };
  const settings = alertingSettings(raw, section);
  const listen = parseHostPort(raw.listen);
  if (!listen) throw new Error('unreachable: the schema checked it');
  return {
    file,
    database: await databaseConfig(
      embeddedUrl === undefined || isDatabaseNamed(raw, env)
        ? raw.database
        : { ...raw.database, ...EMBEDDED, url: embeddedUrl, url_file: undefined },
      section,
    ),
    ssh: raw.ssh && sshConfig(raw.ssh, section),
    listen,
    web: webConfig(raw.web, section),
    ...settings,
    taigaUrl: withoutSlash(raw.taiga_url ?? ''),
    externalUrls: externalUrls(raw.external_urls),
    projects: raw.projects,
    workflow: raw.workflow.flatMap(({ project, kind, stages }) =>
      Object.entries(stages).flatMap(([stage, statuses]) =>
        statuses.map((status) => ({ project, kind, status, stage: stage as Stage })),
      ),
    ),
    transitions: raw.transitions.map((rule) => ({ ...rule, kind: rule.kind })),
    thresholds: thresholds(raw.thresholds, settings.calendar),
    bugs: raw.bugs,
    critical: raw.critical,
    labels: raw.labels,
    collectorFiles: raw.collectors.map((path) => resolve(base, path)),
    overrides: Object.fromEntries(
      Object.entries(raw.overrides).map(([name, override]) => [
        name,
        {
          enabled: override.enabled,
          schedule: override.schedule,
          timeoutMs: override.timeout,
          staleAfterMs: override.stale_after,
          maxSeries: override.max_series,
        },
      ]),
    ),
    targetLabels: { job: raw.prometheus.job, instance: raw.prometheus.instance ?? raw.listen },
    newSeriesZeroForMs: raw.new_series_zero_for,
    reloadEndpoint: raw.reload_endpoint,
    stateFile: raw.state_file === undefined ? undefined : resolve(base, raw.state_file),
    logLevel: raw.log_level,
  };
}
