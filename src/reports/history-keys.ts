import type { Taiga } from '../taiga/taiga.js';
import type { ReportDefinition } from './definition.js';
import type { ResolvedPeriod } from './period.js';

/**
 * The history keys of what a report must read; undefined: everything. Of the projects that were asked for (none: of all),
 * and, where the report is only about its period, without what was closed and has rested since before it: after some years,
 * that is most of it.
 */
export async function readHistoryKeys(
  taiga: Taiga,
  definition: ReportDefinition,
  { asked, projects, period }: Asked,
): Promise<readonly string[] | undefined> {
  const { name, history, timeoutMs } = definition;
  const isAll = asked.length === 0;
  if (isAll && history === 'all') return undefined;
  const { rows } = await taiga.query({
    askedBy: { kind: 'report', name },
    from: { sql: KEYS, relations: ['project_item'], shipped: true },
    parameters: {
      projects: { type: 'text[]', value: projects },
      since: { type: 'timestamptz', value: history === 'all' ? '-infinity' : sinceOf(definition, period) },
    },
    limit: MAX_KEYS,
    timeoutMs,
  });
  const total = Number(rows[0]?.[1] ?? 0);
  // One pass over everything is cheaper than looking up most of it.
  if (isAll && rows.length > total / 2) return undefined;
  return rows.flatMap(([key]) => key ?? []);
}

interface Asked {
  /** Slugs; empty: all projects. */
  readonly asked: readonly string[];
  /** Those that are meant. */
  readonly projects: readonly string[];
  readonly period: ResolvedPeriod;
}

const KEYS = {
  text: `
    SELECT key, total
    FROM (
      SELECT key, max(rests_from) AS rests_from, count(*) OVER () AS total
      FROM project_item
      WHERE project = ANY (:projects)
      GROUP BY key
    ) AS i
    WHERE rests_from >= :since`,
  file: 'project_item',
  line: 1,
};

const MAX_KEYS = 10_000_000;

/** When the period began, or the one that it is compared with. */
function sinceOf({ sections }: ReportDefinition, { fromMs, before }: ResolvedPeriod): string {
  const isCompared = sections.some(({ compare }) => compare);
  return new Date(isCompared ? Math.min(fromMs, before.fromMs) : fromMs).toISOString();
}
