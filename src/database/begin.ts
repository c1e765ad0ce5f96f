import type pg from 'pg';
import { SESSION_SETTINGS } from '../config/session-settings.js';

export interface BeginOptions {
  readonly isolation: 'READ COMMITTED' | 'REPEATABLE READ';
  /** PostgreSQL's own timeouts in milliseconds; 0: none. */
  readonly statementTimeoutMs: number;
  readonly lockTimeoutMs: number;
  readonly idleTimeoutMs: number;
}

/** Only superusers may change these; they affect other roles only in the language of error messages. */
const FOR_SUPERUSERS = ['session_replication_role', 'lc_messages'];

/**
 * Begins a transaction in which PostgreSQL refuses to write. Settings hold for the transaction only, so they work through a
 * connection pooler, and settings that a collector's SQL changes do not reach the next run. Resolves to the process id of
 * the server process.
 */
export async function begin(client: pg.Client, options: BeginOptions): Promise<number> {
  // All in one message, so that no timeout set elsewhere can strike first. The rights are those of the role that logged in.
  await client.query(
    `BEGIN TRANSACTION ISOLATION LEVEL ${options.isolation} READ ONLY NOT DEFERRABLE;
     SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0;
     SET LOCAL ROLE NONE; SET LOCAL search_path = public`,
  );
  const settings = {
    ...SESSION_SETTINGS,
    statement_timeout: String(options.statementTimeoutMs),
    lock_timeout: String(options.lockTimeoutMs),
    idle_in_transaction_session_timeout: String(options.idleTimeoutMs),
  };
  const { rows } = await client.query<{ pid: number }>({
    // Without the view pg_settings, which takes a millisecond.
    text: `SELECT pg_backend_pid() AS pid, count(set_config(name, value, true))
           FROM unnest($1::text[], $2::text[]) AS wanted (name, value)
           WHERE current_setting(name, true) IS NOT NULL
             AND (name <> ALL ($3) OR current_setting('is_superuser') = 'on')
             AND (name <> 'client_connection_check_interval' OR version() LIKE '%linux%')`,
    values: [Object.keys(settings), Object.values(settings), FOR_SUPERUSERS],
  });
  return Number(rows[0]?.pid);
}
