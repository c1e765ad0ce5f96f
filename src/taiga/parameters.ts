import { workingTimeBefore } from '../calendar/working-time.js';
import type { Config } from '../config/config.js';

/**
 * The parameters that any SQL may bind as `:name`, with their PostgreSQL types: the moment, and how the team works.
 * `docs/collectors.md` explains each.
 */
export const PARAMETER_TYPES = {
  now: 'timestamptz',
  keys: 'text[]',
  time_zone: 'text',
  projects_include: 'text[]',
  projects_exclude: 'text[]',
  workflow: 'jsonb',
  statuses: 'jsonb',
  transitions: 'jsonb',
  thresholds: 'jsonb',
  disabled_alerts: 'jsonb',
  bugs: 'text[]',
  critical: 'text[]',
  stale_after: 'interval',
  untriaged_after: 'interval',
  sle: 'jsonb',
  attention_items: 'integer',
  people: 'text',
  subjects: 'boolean',
  taiga_url: 'text',
} as const;

/** A parameter of one part, in addition to the shared ones. */
export interface Parameter {
  readonly type: ParameterType;
  readonly value: unknown;
}

/** By name; the names of shared parameters are not allowed. */
export type OwnParameters = Readonly<Record<string, Parameter>>;

/** Types of PostgreSQL. */
export type ParameterType =
  | 'text'
  | 'text[]'
  | 'integer'
  | 'integer[]'
  | 'numeric'
  | 'boolean'
  | 'date'
  | 'timestamptz'
  | 'interval'
  | 'jsonb';

export type ParameterName = keyof typeof PARAMETER_TYPES;
export type ParameterValues = Readonly<Record<ParameterName, unknown>>;

/** The settings that SQL can use. */
export type TeamSettings = Pick<
  Config,
  | 'timeZone'
  | 'calendar'
  | 'projects'
  | 'workflow'
  | 'transitions'
  | 'thresholds'
  | 'bugs'
  | 'critical'
  | 'labels'
  | 'taigaUrl'
> & { readonly alerting: Pick<Config['alerting'], 'disabled'> };

/**
 * The values to bind for a reading as of `now`. `keys` restricts SQL that reads history to the items with these history
 * keys; null means all items.
 */
export function parameterValues(
  config: TeamSettings,
  now: Date,
  keys: readonly string[] | null = null,
  statuses = '[]',
): ParameterValues {
  const { thresholds, labels, projects, calendar, timeZone } = config;
  const before = (unit: 'seconds' | 'working seconds', value: number): number =>
    unit === 'seconds'
      ? now.getTime() - value * 1000
      : workingTimeBefore({ calendar, timeZone }, now.getTime(), value);
  return {
    now: now.toISOString(),
    keys,
    time_zone: timeZone,
    projects_include: projects.include.map(likePattern),
    projects_exclude: projects.exclude.map(likePattern),
    workflow: JSON.stringify(
      config.workflow.map(({ project, kind, status, stage }) => ({
        project: likePattern(project),
        kind: kind ?? null,
        status: likePattern(status),
        stage,
      })),
    ),
    statuses,
    transitions: JSON.stringify(
      config.transitions.map(({ name, project, kind, from, to }) => ({
        name,
        project: likePattern(project),
        kind: kind ?? null,
        from: from.map(likePattern),
        to: to.map(likePattern),
      })),
    ),
    thresholds: JSON.stringify(
      thresholds.rules.map(({ project, name, kind, value, unit }) => ({
        project: likePattern(project),
        name,
        kind: kind ?? null,
        value,
        before: unit === 'number' ? null : new Date(before(unit, value)).toISOString(),
      })),
    ),
    disabled_alerts: JSON.stringify(
      config.alerting.disabled.map(({ alert, project }) => ({ alert, project: likePattern(project) })),
    ),
    bugs: config.bugs.map(likePattern),
    critical: config.critical.map(likePattern),
    stale_after: interval(thresholds.staleAfterMs),
    untriaged_after: interval(thresholds.untriagedAfterMs),
    sle: JSON.stringify(
      Object.fromEntries(Object.entries(thresholds.sleMs).map(([kind, ms]) => [kind, interval(ms)])),
    ),
    attention_items: thresholds.attentionItems,
    people: labels.people,
    subjects: labels.subjects,
    taiga_url: config.taigaUrl,
  };
}

/** Whether this is a shared parameter, which has the same value for all parts. */
export function isShared(name: string): name is ParameterName {
  return Object.hasOwn(PARAMETER_TYPES, name);
}

/** Converts `*` and `?` to LIKE's `%` and `_`, and escapes everything else. */
function likePattern(glob: string): string {
  return glob
    .replace(/[\\%_]/g, '\\$&')
    .replaceAll('*', '%')
    .replaceAll('?', '_');
}

function interval(ms: number): string {
  return `${ms / 1000} seconds`;
}
