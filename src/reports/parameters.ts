import type { OwnParameters } from '../taiga/parameters.js';
import type { Period } from './period.js';

/**
 * What a report's SQL can bind in addition to the shared parameters: `:projects` (slugs), `:from` and `:to`, and in a
 * report about an item `:item`, its history key.
 */
export function reportParameters({
  projects,
  period,
  item,
}: {
  readonly projects: readonly string[];
  readonly period: Period;
  readonly item?: string | undefined;
}): OwnParameters {
  return {
    projects: { type: 'text[]', value: projects },
    from: { type: 'timestamptz', value: new Date(period.fromMs).toISOString() },
    to: { type: 'timestamptz', value: new Date(period.toMs).toISOString() },
    ...(item !== undefined && { item: { type: 'text', value: item } }),
  };
}
