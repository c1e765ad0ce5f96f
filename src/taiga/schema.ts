import { BugflowError } from '../base/errors.js';
import type { Database } from '../database/database.js';

/** Tables that every Taiga database has. */
export const REQUIRED_TABLES: readonly string[] = [
  'projects_project',
  'projects_membership',
  'users_user',
  'users_role',
  'milestones_milestone',
  'userstories_userstory',
  'userstories_userstory_assigned_users',
  'userstories_rolepoints',
  'projects_points',
  'projects_userstorystatus',
  'projects_taskstatus',
  'projects_issuestatus',
  'projects_epicstatus',
  'projects_issuetype',
  'projects_severity',
  'projects_priority',
  'tasks_task',
  'issues_issue',
  'epics_epic',
  'epics_relateduserstory',
  'history_historyentry',
  'timeline_timeline',
];

/** The tables and columns in schema public, whether or not this role may read them. */
export interface TaigaSchema {
  /** Takes `table` or `table.column`. */
  has(name: string): boolean;
}

/** What the oldest supported version of Taiga lacks, and the version that added it. */
const SINCE: Readonly<Record<string, string>> = {
  'userstories_userstory.generated_from_task_id': '4.2',
  'userstories_userstory.from_task_ref': '5.5',
  'userstories_userstory.swimlane_id': '6.0',
  projects_swimlane: '6.0',
  projects_swimlaneuserstorystatus: '6.0',
  'projects_project.archived_code': '6.10',
};

/** @throws BugflowError, also when the role may not use schema public: no table would be visible then */
export async function readSchema(database: Database): Promise<TaigaSchema> {
  const names = new Set<string>();
  let barred: string | undefined;
  await database.read(
    {
      text: `SELECT c.relname, a.attname
             FROM pg_catalog.pg_class AS c
             JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
             LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
             WHERE n.nspname = 'public' AND c.relkind IN ('r', 'v', 'm', 'p', 'f')
             UNION ALL
             SELECT NULL, quote_ident(current_user)
             FROM pg_catalog.pg_namespace AS n
             WHERE n.nspname = 'public' AND NOT has_schema_privilege(n.oid, 'USAGE')`,
      values: [],
      timeoutMs: 10_000,
    },
    (_columns, rows) => {
      for (const [table = null, column] of rows) {
        if (table === null) barred = column ?? '';
        else names.add(table).add(`${table}.${column}`);
      }
    },
  );
  if (barred !== undefined) {
    throw new BugflowError(
      'DATABASE_PERMISSION',
      `the role may not use schema public; fix it with: GRANT USAGE ON SCHEMA public TO ${barred};`,
    );
  }
  return { has: (name) => names.has(name) };
}

/** Says why something is off: `needs projects_swimlane, which this Taiga (before 6.0) does not have`. */
export function describeMissing(names: readonly string[]): string {
  const versions = names.flatMap((name) => SINCE[name] ?? SINCE[name.split('.', 1)[0] ?? ''] ?? []);
  const latest = versions.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
  const which = latest === undefined ? 'this Taiga' : `this Taiga (before ${latest})`;
  return `needs ${names.join(', ')}, which ${which} does not have`;
}

/** @throws BugflowError that names the missing tables */
export function assertTaiga(schema: TaigaSchema): void {
  const missing = REQUIRED_TABLES.filter((table) => !schema.has(table));
  if (missing.length === 0) return;
  throw new BugflowError(
    'DATABASE_NOT_TAIGA',
    missing.length === REQUIRED_TABLES.length
      ? 'this is not a Taiga database: none of its tables are in schema public; check the name at the end of the database URL'
      : `this Taiga database lacks the tables ${missing.join(', ')} in schema public; check the database's name, and that it is Taiga 4.0 or newer`,
  );
}
