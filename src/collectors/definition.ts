import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { type Document, type DocumentErrors, readDocument } from '../base/document.js';
import { duration, timeout } from '../base/duration.js';
import { BugflowError, type Place } from '../base/errors.js';
import { readText } from '../base/read-text.js';
import { cronProblem } from '../scheduling/cron-expression.js';
import type { SqlSource } from '../taiga/sql/query-text.js';
import { badRequirement, REQUIREMENT } from '../taiga/sql/relations.js';
import { DEFAULT_MAX_LABEL_BYTES } from './label-length.js';

export type MetricType = 'gauge' | 'counter' | 'histogram';

export interface MetricDefinition {
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  readonly labels: readonly string[];
  /** The column of the value; without one (counters only) each row counts 1. */
  readonly value: string | undefined;
  /** Upper bounds in the metric's unit, ascending, without +Inf; histograms only. */
  readonly buckets: readonly number[];
  readonly place: Place;
}

export interface CollectorDefinition {
  readonly name: string;
  readonly description: string;
  readonly file: string;
  /** Whether it ships with the service, and is not one of the team's own. */
  readonly shipped: boolean;
  readonly schedule: string;
  readonly timeoutMs: number;
  /** How long the last good values stay when runs fail. */
  readonly staleAfterMs: number;
  readonly maxSeries: number;
  /** Longer values of labels are cut. */
  readonly maxLabelBytes: number;
  /** Tables, and columns as `table.column`; without them the collector is off. */
  readonly requires: readonly string[];
  readonly relations: readonly string[];
  readonly relationsPlace: Place;
  readonly metrics: readonly MetricDefinition[];
  /** What is so at `:now`: one row for each series, or one for each observation of a distribution. */
  readonly now: SqlSource | undefined;
  /** The same for the past: what was so from `valid_from` to `valid_to`. */
  readonly spans: SqlSource | undefined;
  /** What happened `at` a moment, to the item with the history key `key`. */
  readonly events: SqlSource | undefined;
  /** Series of `events` that exist with value 0 from `at` on, before anything has happened. */
  readonly zeros: SqlSource | undefined;
}

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

/** From an hour to half a year: the durations of a team's work. */
export const DEFAULT_BUCKETS: readonly number[] = [
  HOUR_S,
  4 * HOUR_S,
  DAY_S,
  2 * DAY_S,
  3 * DAY_S,
  5 * DAY_S,
  7 * DAY_S,
  14 * DAY_S,
  21 * DAY_S,
  30 * DAY_S,
  60 * DAY_S,
  90 * DAY_S,
  180 * DAY_S,
];

/** Labels with a meaning in Prometheus itself or in every scrape. */
const RESERVED_LABELS = ['le', 'quantile', 'job', 'instance'];

/** Only collectors that ship with the service may use these names. */
const OUR_NAMES = /^(bugflow|process|nodejs)_/;

/** Series that Prometheus writes by itself, beside what it scrapes. */
const PROMETHEUS_NAMES = /^(up|ALERTS|ALERTS_FOR_STATE|scrape_.*)$/;

const metricName = z.string().refine((name) => /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name), {
  error: (issue) =>
    `"${String(issue.input)}" is not a metric name; use letters, digits and _, not beginning with a digit`,
});

const labelName = z
  .string()
  .refine((name) => /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) && !name.startsWith('__'), {
    error: (issue) =>
      `"${String(issue.input)}" is not a label name; use letters, digits and _, not beginning with a digit or __`,
  })
  .refine((name) => !RESERVED_LABELS.includes(name), {
    error: (issue) =>
      `label "${String(issue.input)}" has a meaning of its own in Prometheus; rename the column, for example limit instead of le`,
  });

const cronExpression = z.string().superRefine((expression, context) => {
  const problem = cronProblem(expression);
  if (problem) context.addIssue(problem);
});

const requirement = z.string().refine((name) => REQUIREMENT.test(name), {
  error: (issue) => badRequirement(String(issue.input)),
});

const bucket = z.union(
  [z.number().positive(), duration.transform((ms) => ms / 1000)],
  'must be a number above 0 or a duration like 4h or 7d',
);

const metric = z
  .strictObject({
    name: metricName,
    type: z.enum(['gauge', 'counter', 'histogram']),
    help: z.string().min(1, 'say in a sentence what the metric means'),
    labels: z.array(labelName).default([]),
    value: z.string().min(1).optional(),
    buckets: z.array(bucket).optional(),
  })
  .superRefine((value, context) => {
    const issue = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (value.name === '_total') issue('name', 'say before _total what is counted');
    if (PROMETHEUS_NAMES.test(value.name))
      issue('name', `series called ${value.name} are Prometheus' own; choose another name`);
    if (value.type === 'counter' && !value.name.endsWith('_total'))
      issue('name', `a counter's name must end with _total; call it ${value.name}_total`);
    if (value.type !== 'counter' && value.name.endsWith('_total'))
      issue('name', `only a counter's name may end with _total; this is a ${value.type}`);
    if (new Set(value.labels).size < value.labels.length) issue('labels', 'a label is named twice; keep one');
    if (value.type !== 'histogram' && value.buckets)
      issue('buckets', 'only histograms have buckets; remove them or make it a histogram');
    if (value.buckets?.some((bound, i, all) => i > 0 && bound <= (all[i - 1] ?? 0)))
      issue('buckets', 'buckets must ascend');
    if (/_(bucket|sum|count)$/.test(value.name))
      issue(
        'name',
        "the endings _bucket, _sum and _count belong to a histogram's own series; choose another name",
      );
  });

const SHAPE_KEYS = ['now', 'spans', 'events', 'zeros'] as const;
type ShapeKey = (typeof SHAPE_KEYS)[number];

/** The SQL of a shape, here or in a file of its own. */
function sqlKeys<S extends ShapeKey>(shape: S): Record<S | `${S}_file`, z.ZodOptional<z.ZodString>> {
  const sql = z.string().min(1).optional();
  return { [shape]: sql, [`${shape}_file`]: sql } as Record<S | `${S}_file`, typeof sql>;
}

const collector = z
  .strictObject({
    collector: z
      .string()
      .regex(/^[a-z][a-z0-9_]*$/, "a collector's name has small letters, digits and _, like sprint_points"),
    description: z.string().min(1),
    schedule: cronExpression.default('* * * * *'),
    timeout: timeout.prefault('30s'),
    stale_after: duration.prefault('15m'),
    max_series: z.number().int().positive().default(5000),
    requires: z.array(requirement).default([]),
    relations: z.array(z.string()).default([]),
    metrics: z.array(metric).min(1, 'a collector needs at least one metric'),
    ...sqlKeys('now'),
    ...sqlKeys('spans'),
    ...sqlKeys('events'),
    ...sqlKeys('zeros'),
  })
  .superRefine((value, context) => {
    const issue = (path: PropertyKey[], message: string): void =>
      context.addIssue({ code: 'custom', path, message });
    const has = (shape: ShapeKey): boolean => (value[shape] ?? value[`${shape}_file`]) !== undefined;
    for (const shape of SHAPE_KEYS)
      if (value[shape] !== undefined && value[`${shape}_file`] !== undefined)
        issue([`${shape}_file`], `${shape} and ${shape}_file are both given; keep one`);
    if (!has('now') && !has('events'))
      issue([], 'there is no SQL; write it under `now` (what is so) or `events` (what happened)');
    if (has('now') && has('events'))
      issue(['events'], '`now` and `events` give different metrics; put them into two collectors');
    if (has('spans') && !has('now')) issue(['spans'], '`spans` is the past of `now`; write `now`, too');
    if (has('zeros') && !has('events'))
      issue(['zeros'], '`zeros` names series of `events`; write `events`, too');
    value.metrics.forEach(({ type, value: column }, i) => {
      if (type === 'counter' && has('spans'))
        issue(
          ['metrics', i, 'type'],
          'a counter has no `spans`, which tell how much there was, not what was counted; make it a gauge, or write `events`',
        );
      if (type === 'gauge' && has('events'))
        issue(
          ['metrics', i, 'type'],
          'a gauge cannot be read from `events`, which can only be added up; make it a counter',
        );
      if (column === undefined && !(type === 'counter' && has('events')))
        issue(['metrics', i], 'value is missing; name the column of the value');
    });
  });

const ERRORS: DocumentErrors = {
  unreadable: 'COLLECTOR_UNREADABLE',
  invalid: 'COLLECTOR_INVALID',
  noPipes: true,
};

/** Reads a collector file, and the files with its SQL. @throws BugflowError that names file, line and fix */
export async function readCollector(file: string, shipped: boolean): Promise<CollectorDefinition> {
  const document = await readDocument(file, collector, ERRORS);
  const raw = document.value;
  if (!shipped)
    raw.metrics.forEach(({ name }, i) => {
      if (OUR_NAMES.test(name)) throw ourName(i, document.place(['metrics', i, 'name']));
    });
  return {
    name: raw.collector,
    description: raw.description,
    file,
    shipped,
    schedule: raw.schedule,
    timeoutMs: raw.timeout,
    staleAfterMs: raw.stale_after,
    maxSeries: raw.max_series,
    maxLabelBytes: DEFAULT_MAX_LABEL_BYTES,
    requires: raw.requires,
    relations: raw.relations,
    relationsPlace: document.place(['relations']),
    metrics: raw.metrics.map((definition, i) => ({
      ...definition,
      value: definition.value,
      buckets: definition.type === 'histogram' ? (definition.buckets ?? DEFAULT_BUCKETS) : [],
      place: document.place(['metrics', i]),
    })),
    now: await sqlSource(document, 'now'),
    spans: await sqlSource(document, 'spans'),
    events: await sqlSource(document, 'events'),
    zeros: await sqlSource(document, 'zeros'),
  };
}

function ourName(metric: number, place: Place): BugflowError {
  return new BugflowError(
    'COLLECTOR_INVALID',
    `metrics[${metric}].name: names beginning with bugflow_, process_ or nodejs_ are the service's own; choose another`,
    { place },
  );
}

async function sqlSource(
  { file, value, textPlace }: Document<z.output<typeof collector>>,
  shape: ShapeKey,
): Promise<SqlSource | undefined> {
  const text = value[shape];
  if (text !== undefined) return { text, file, line: textPlace([shape]).line ?? 1 };
  const own = value[`${shape}_file`];
  if (own === undefined) return undefined;
  const path = resolve(dirname(file), own);
  // Some editors begin a file with a byte order mark.
  return { text: (await readText(path, ERRORS)).replace(/^\ufeff/, ''), file: path, line: 1 };
}

/** All pieces of SQL of a collector. */
export function shapes({ now, spans, events, zeros }: CollectorDefinition): SqlSource[] {
  return [now, spans, events, zeros].filter((source) => source !== undefined);
}

/** The names that collectors and their metrics have taken: each is there once over all files. */
export interface Names {
  /** Takes those of a collector, all or none. @throws BugflowError when one is taken */
  take(definition: CollectorDefinition): void;
}

export function createNames(): Names {
  const collectors = new Map<string, CollectorDefinition>();
  const metrics = new Map<string, MetricDefinition>();
  return {
    take(definition) {
      const namesake = collectors.get(definition.name);
      if (namesake) {
        throw new BugflowError(
          'COLLECTOR_INVALID',
          `collector "${definition.name}" is already defined in ${namesake.file}; rename one`,
          {
            place: { file: definition.file, line: 1 },
          },
        );
      }
      const taken = new Map<string, MetricDefinition>();
      for (const metricDefinition of definition.metrics) {
        for (const name of namesOf(metricDefinition)) {
          const claim = metrics.get(name) ?? taken.get(name);
          if (claim) throw claimedTwice(metricDefinition, claim, name);
          taken.set(name, metricDefinition);
        }
      }
      collectors.set(definition.name, definition);
      for (const [name, metricDefinition] of taken) metrics.set(name, metricDefinition);
    },
  };
}

/** What a metric and its series are called, in the text format or in OpenMetrics. */
export function namesOf({ name, type }: Pick<MetricDefinition, 'name' | 'type'>): string[] {
  if (type === 'gauge') return [name];
  const family = name.replace(/_total$/, '');
  const series = type === 'counter' ? ['_total'] : ['_bucket', '_sum', '_count'];
  return ['', ...series, '_created'].map((suffix) => family + suffix);
}

function claimedTwice(metric: MetricDefinition, other: MetricDefinition, name: string): BugflowError {
  const { place } = metric;
  const where = `${other.place.file}:${other.place.line ?? 1}`;
  return new BugflowError(
    'COLLECTOR_INVALID',
    metric.name === other.name
      ? `metric "${name}" is already defined in ${where}; rename one`
      : `metric "${metric.name}" collides with "${other.name}" of ${where}: in OpenMetrics both go by "${name}"; rename one`,
    { place },
  );
}
