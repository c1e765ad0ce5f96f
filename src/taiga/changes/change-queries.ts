import type { Database, Row } from '../../database/database.js';
import { isHistoryKey, MODELS, type Model, TABLES } from '../history-keys.js';
import { type Ids, toIds } from './ids.js';
import { type Position, writtenSince } from './position.js';

/** The statements of the change feed: short, and their cost depends on the number of items. */
export interface ChangeQueries {
  /** Passes on the key of each item in history or in the tables; resolves to how many there are, and rows of history. */
  readAllKeys(
    tables: readonly Model[],
    onKey: (key: string) => void,
  ): Promise<{ readonly count: number; readonly entries: number }>;
  /** The keys of all items that are or were in these projects, which are given by id. */
  readKeysOf(projects: readonly string[], tables: readonly Model[]): Promise<ReadonlySet<string>>;
  /** What was written since this position, or was not yet committed then. */
  readChanges(since: Position): Promise<Changes>;
  /** Ids that are in a model's table now. */
  readIds(model: Model): Promise<Ids>;
  /** Keys with history dated after `now`, with its earliest date in Unix milliseconds; of these keys, or of all. */
  readFuture(keys: readonly string[] | null, now: string): Promise<ReadonlyMap<string, number>>;
}

export interface Changes {
  readonly keys: ReadonlySet<string>;
  /** How many rows there are, and the sum of their ids: when both are as expected, none was deleted. */
  readonly tables: ReadonlyMap<Model, { readonly count: number; readonly sum: number }>;
}

/** How many rows before the end of the timeline one can be that was committed late. */
const TIMELINE_OVERLAP = 500;
const TIMEOUT_MS = 60_000;

export function createChangeQueries(database: Database): ChangeQueries {
  const query = async (
    text: string,
    values: readonly unknown[],
    onRow: (row: Row) => void,
  ): Promise<void> => {
    await database.read({ text, values, timeoutMs: TIMEOUT_MS }, (_columns, rows) => rows.forEach(onRow));
  };

  return {
    async readAllKeys(tables, onKey) {
      let count = 0;
      let entries = 0;
      await query(
        // Project by project: a slice of a few projects meets few statuses.
        `SELECT key, sum(entries)
         FROM (
           SELECT key, min(project_id) AS project_id, count(*) AS entries
           FROM history_historyentry
           GROUP BY key
           ${tables.map((model) => `UNION ALL SELECT '${model}:' || id, ${PROJECT_COLUMNS[model] ?? 'NULL'}, 0 FROM ${TABLES[model]}`).join('\n')}
         ) AS k
         GROUP BY key
         ORDER BY min(project_id)`,
        [],
        ([key, rows]) => {
          // Not in the SQL, where the test takes six times as long as reading the row.
          if (!key || !isHistoryKey(key)) return;
          onKey(key);
          count += 1;
          entries += Number(rows);
        },
      );
      return { count, entries };
    },

    async readKeysOf(projects, tables) {
      const keys = new Set<string>();
      const parts = tables.map((model) => {
        const column = PROJECT_COLUMNS[model];
        return column === undefined
          ? []
          : [`SELECT '${model}:' || id FROM ${TABLES[model]} WHERE ${column} = ANY ($1)`];
      });
      await query(
        ['SELECT key FROM history_historyentry WHERE project_id = ANY ($1)', ...parts.flat()].join(' UNION '),
        [projects],
        ([key]) => {
          if (key && isHistoryKey(key)) keys.add(key);
        },
      );
      return keys;
    },

    async readChanges({ oldest, timelineEnd, tables: models }) {
      const keys = new Set<string>();
      const tables = new Map<Model, { count: number; sum: number }>();
      await query(
        models
          .map(
            (model) =>
              `SELECT '${model}', count(*)::text, coalesce(sum(id), 0)::text,
                 array_to_string(array_agg(id) FILTER (WHERE ${isWrittenForItself(model) ? writtenSince('xmin') : 'false'}), ',')
               FROM ${TABLES[model]}`,
          )
          .join(' UNION ALL '),
        [oldest],
        ([model, count, sum, ids]) => {
          tables.set(model as Model, { count: Number(count), sum: Number(sum) });
          for (const id of (ids ?? '').split(',')) if (id) keys.add(`${model}:${id}`);
        },
      );
      await query(
        `SELECT DISTINCT m.model || ':' || (t.data #>> ARRAY[split_part(m.model, '.', 2), 'id'])
         FROM timeline_timeline AS t
         JOIN unnest($2::text[]) AS m (model) ON t.event_type LIKE m.model || '.%'
         WHERE t.id > $3 AND ${writtenSince('t.xmin')}`,
        [oldest, MODELS, timelineEnd - TIMELINE_OVERLAP],
        ([key]) => {
          if (key && isHistoryKey(key)) keys.add(key);
        },
      );
      return { keys, tables };
    },

    async readIds(model) {
      const ids: number[] = [];
      await query(`SELECT id FROM ${TABLES[model]}`, [], ([id]) => ids.push(Number(id)));
      return toIds(ids);
    },

    async readFuture(keys, now) {
      const future = new Map<string, number>();
      await query(
        keys
          ? `SELECT k.key, extract(epoch FROM h.at) * 1000
             FROM unnest($2::text[]) AS k (key)
             CROSS JOIN LATERAL (
               SELECT min(created_at) AS at FROM history_historyentry WHERE key = k.key AND created_at > $1 OFFSET 0
             ) AS h
             WHERE h.at IS NOT NULL`
          : 'SELECT key, extract(epoch FROM min(created_at)) * 1000 FROM history_historyentry WHERE created_at > $1 GROUP BY key',
        keys ? [now, keys] : [now],
        ([key, at]) => {
          if (key) future.set(key, Number(at));
        },
      );
      return future;
    },
  };
}

/** The column that says to which project a row belongs; none: its history says so. */
const PROJECT_COLUMNS: Readonly<Partial<Record<Model, string>>> = {
  'epics.epic': 'project_id',
  'userstories.userstory': 'project_id',
  'tasks.task': 'project_id',
  'issues.issue': 'project_id',
  'milestones.milestone': 'project_id',
  'wiki.wikipage': 'project_id',
  'projects.project': 'id',
};

/** A project's row is written with everything that happens in it; what happened to itself is in its history. */
function isWrittenForItself(model: Model): boolean {
  return model !== 'projects.project';
}
