import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { readDocument } from '../base/document.js';
import { alertingSection } from './alerting-section.js';
import { calendarSection } from './calendar-section.js';
import { isDatabaseNamed } from './database-section.js';
import { createExpansion, type Environment } from './expand.js';
import { configSchema, type RawConfig } from './schema.js';
import type { Locate, Section, SectionContext } from './section.js';
import { SECTIONS } from './sections.js';
import { timeZoneSection } from './service-sections.js';

/** The whole configuration: for each section the result of its `resolve`. */
export type Config = {
  /** The configuration file; undefined when there is none. */
  readonly file: string | undefined;
} & { readonly [S in (typeof SECTIONS)[number] as S['name']]: Awaited<ReturnType<S['resolve']>> };

export interface ConfigSource {
  readonly file: string | undefined;
  readonly env: Environment;
  /**
   * The database to use when none is configured: an embedded one, whose only role is a superuser and which holds nothing
   * worth protecting.
   */
  readonly embeddedUrl?: string | undefined;
}

/** Reads and checks the configuration. @throws BugflowError that names file, line and fix */
export async function loadConfig(source: ConfigSource): Promise<Config> {
  const { resolved } = contextOf(source, await readRaw(source));
  const values: Record<string, unknown> = { file: source.file };
  for (const section of SECTIONS) values[section.name] = await resolved<unknown>(section);
  return values as Config;
}

/** The sections needed for Alertmanager's configuration; no database is needed for them. */
export type AlertingSettings = Pick<Config, 'alerting' | 'calendar' | 'timeZone'>;

/** @throws BugflowError that names file, line and fix */
export async function loadAlertingSettings(source: ConfigSource): Promise<AlertingSettings> {
  const { resolved } = contextOf(source, await readRaw(source));
  return {
    timeZone: resolved(timeZoneSection),
    calendar: resolved(calendarSection),
    alerting: resolved(alertingSection),
  };
}

/** Whether the configuration or the environment names a database, valid or not. @throws BugflowError */
export async function namesDatabase(source: ConfigSource): Promise<boolean> {
  const { raw } = await readRaw(source);
  return isDatabaseNamed(raw.database, source.env);
}

interface Read {
  readonly raw: RawConfig;
  readonly locate: Locate;
}

async function readRaw({ file, env }: ConfigSource): Promise<Read> {
  if (file === undefined) return { raw: configSchema.parse({}), locate: () => undefined };
  const { value, place } = await readDocument(
    file,
    configSchema,
    { unreadable: 'CONFIG_UNREADABLE', invalid: 'CONFIG_INVALID' },
    createExpansion(env),
  );
  return { raw: value, locate: place };
}

function contextOf({ file, env, embeddedUrl }: ConfigSource, { raw, locate }: Read): SectionContext {
  const rawByKey: Readonly<Record<string, unknown>> = raw;
  const results = new Map<string, unknown>();
  const context: SectionContext = {
    base: file === undefined ? process.cwd() : dirname(resolve(file)),
    ...{ env, embeddedUrl, locate },
    resolved<Result>(section: Section<string, string, z.ZodType, Result>): Result {
      const { key } = section;
      if (!results.has(key)) results.set(key, section.resolve(rawByKey[key], context));
      return results.get(key) as Result;
    },
  };
  return context;
}
