import type { Database } from './database.js';

/**
 * Rights of the role that reach files and programs on the server's machine, which a read-only transaction does not
 * prevent. Resolves to the part of a sentence that names them; undefined for a role as in docs/database.md.
 */
export async function readFileRights(database: Database): Promise<string | undefined> {
  const groups: string[] = [];
  const functions: string[] = [];
  let session = '';
  let isSuperuser = false;
  await database.read(
    {
      // A member of a role can become it. Before PostgreSQL 11 these functions themselves checked for a superuser.
      text: `SELECT session_user, 'role', rolname, (rolname = session_user)::text
             FROM pg_catalog.pg_roles
             WHERE (rolsuper OR rolname IN ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program'))
               AND pg_catalog.pg_has_role(session_user, oid, 'MEMBER')
             UNION ALL
             SELECT DISTINCT session_user, 'function', proname, ''
             FROM pg_catalog.pg_proc
             WHERE pronamespace = 'pg_catalog'::regnamespace
               AND proname IN ('pg_read_file', 'pg_read_binary_file', 'pg_ls_dir', 'pg_stat_file', 'lo_import', 'lo_export')
               AND current_setting('server_version_num')::integer >= 110000
               AND pg_catalog.has_function_privilege(session_user, oid, 'EXECUTE')`,
      values: [],
      timeoutMs: 10_000,
    },
    (_columns, rows) => {
      for (const [user, kind, name, isSelf] of rows) {
        session = user ?? '';
        if (isSelf === 'true') isSuperuser = true;
        (kind === 'role' ? groups : functions).push(name ?? '');
      }
    },
  );
  if (isSuperuser) return `the role "${session}" is a superuser`;
  if (groups.length > 0) return `the role "${session}" belongs to ${groups.sort().join(' and ')}`;
  if (functions.length > 0) return `the role "${session}" may call ${functions.sort().join(' and ')}`;
  return undefined;
}
