import type { OwnParameters } from '../taiga/parameters.js';
import type { Period } from './period.js';

/** What a report's SQL can bind in addition to the shared parameters: `:projects` (slugs), `:from` and `:to`. */
export function reportParameters({
  projects,
  period,
}: {
  readonly projects: readonly string[];
  readonly period: Period;
}): OwnParameters {
  return {
    projects: { type: 'text[]', value: projects },
    from: { type: 'timestamptz', value: new Date(period.fromMs).toISOString() },
    to: { type: 'timestamptz', value: new Date(period.toMs).toISOString() },
  };
}
