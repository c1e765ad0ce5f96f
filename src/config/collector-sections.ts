import { resolve } from 'node:path';
import { z } from 'zod';
import { duration, timeout, timeoutOrNone } from '../base/duration.js';
import { formatHostPort } from './host-port.js';
import { defineSection } from './section.js';
import { listenSection } from './service-sections.js';

/** Absolute patterns of the team's own collector files. */
export const collectorsSection = defineSection({
  key: 'collectors',
  name: 'collectorFiles',
  schema: z
    .array(z.string().min(1, 'a pattern must not be empty'))
    .default([])
    .describe('Files of your own collectors, relative to this file; `*` is a wildcard in the file name.'),
  resolve: (raw, { base }): readonly string[] => raw.map((path) => resolve(base, path)),
});

const override = z.strictObject({
  enabled: z.boolean().optional().describe('`false` switches the collector off.'),
  schedule: z.string().optional().describe('Another cron expression.'),
  timeout: timeout.optional().describe('Replaces the timeout of its statement.'),
  stale_after: duration
    .optional()
    .describe('Replaces the time for which its last good values stay when it fails.'),
  max_series: z.number().int().positive().optional().describe('Replaces the limit of its series.'),
});

export interface CollectorOverride {
  readonly enabled: boolean | undefined;
  readonly schedule: string | undefined;
  readonly timeoutMs: number | undefined;
  readonly staleAfterMs: number | undefined;
  readonly maxSeries: number | undefined;
}

export const overridesSection = defineSection({
  key: 'overrides',
  name: 'overrides',
  schema: z.record(z.string(), override).default({}).describe('Changes to single collectors, by name.'),
  resolve: (raw): Readonly<Record<string, CollectorOverride>> =>
    Object.fromEntries(
      Object.entries(raw).map(([name, changes]) => [
        name,
        {
          enabled: changes.enabled,
          schedule: changes.schedule,
          timeoutMs: changes.timeout,
          staleAfterMs: changes.stale_after,
          maxSeries: changes.max_series,
        },
      ]),
    ),
});

/** How long a new counter is shown as 0, in milliseconds. */
export const newSeriesSection = defineSection({
  key: 'new_series_zero_for',
  name: 'newSeriesZeroForMs',
  schema: timeoutOrNone
    .prefault('2m')
    .describe(
      'How long a new counter is shown as 0 before it shows its value, so that `increase()` counts that, too: at least two scrapes. `0s`: not at all.',
    ),
  resolve: (raw) => raw,
});

const prometheus = z.strictObject({
  job: z.string().min(1).default('taiga-bugflow').describe("The scrape's `job_name`."),
  instance: z
    .string()
    .min(1)
    .optional()
    .describe("The scrape's target, `HOST:PORT` as in Prometheus' configuration; by default `listen`."),
});

/** The labels that Prometheus adds when it scrapes this service. */
export const prometheusSection = defineSection({
  key: 'prometheus',
  name: 'targetLabels',
  schema: prometheus
    .prefault({})
    .describe(
      'The labels that Prometheus adds when it scrapes this service, so that a backfilled past and the samples after it are one series.',
    ),
  resolve: ({ job, instance }, { resolved }): { readonly job: string; readonly instance: string } => ({
    job,
    instance: instance ?? formatHostPort(resolved(listenSection)),
  }),
});
