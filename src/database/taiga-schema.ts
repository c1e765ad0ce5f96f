import { BugflowError } from '../errors.js';
import type { Database } from './database.js';

/** Tables without which this is no Taiga database that the collectors could read. */
export const REQUIRED_TABLES: readonly string[] = [
  'projects_project',
  'projects_membership',
  'users_user',
  'users_role',
  'milestones_milestone',
  'userstories_userstory',
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

/** The tables of schema public, whether or not this user may read them. */
export async function readTables(database: Database): Promise<ReadonlySet<string>> {
  const tables = new Set<string>();
  await database.read(
    {
      text: `SELECT c.relname
             FROM pg_catalog.pg_class AS c
             JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
             WHERE n.nspname = 'public' AND c.relkind IN ('r', 'v', 'm', 'p', 'f')`,
      values: [],
      timeoutMs: 10_000,
    },
    (_columns, rows) => {
      for (const [name] of rows) if (name) tables.add(name);
    },
  );
  return tables;
}

/** @throws BugflowError naming the tables that are missing. */
export function assertTaiga(tables: ReadonlySet<string>): void {
  const missing = REQUIRED_TABLES.filter((table) => !tables.has(table));
  if (missing.length === 0) return;
  throw new BugflowError(
    'DATABASE_NOT_TAIGA',
    missing.length === REQUIRED_TABLES.length
      ? 'this is not a Taiga database: none of its tables are in schema public; check the name at the end of the database URL'
      : `this Taiga database lacks the tables ${missing.join(', ')} in schema public; check the database's name and its version`,
  );
}
