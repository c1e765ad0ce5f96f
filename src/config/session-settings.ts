/**
 * With these, statements mean the same and values are written the same way, whatever role, database and server have set.
 * Each transaction sets them. Each version of PostgreSQL has only some of them.
 */
export const SESSION_SETTINGS: Readonly<Record<string, string>> = {
  // How SQL is read.
  standard_conforming_strings: 'on',
  backslash_quote: 'safe_encoding',
  transform_null_equals: 'off',
  array_nulls: 'on',
  search_path: 'public',
  quote_all_identifiers: 'off',
  default_text_search_config: 'pg_catalog.simple',
  xmloption: 'content',
  // Which rows there are.
  row_security: 'on',
  gin_fuzzy_search_limit: '0',
  restrict_nonsystem_relation_kind: '',
  session_replication_role: 'origin',
  // How values are read and written.
  client_encoding: 'UTF8',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  timezone_abbreviations: 'Default',
  extra_float_digits: '3',
  bytea_output: 'hex',
  xmlbinary: 'base64',
  lc_messages: 'C',
  lc_monetary: 'C',
  lc_numeric: 'C',
  lc_time: 'C',
  // What ends a session or transaction.
  exit_on_error: 'off',
  transaction_timeout: '0',
  // PostgreSQL 11 and newer would spend seconds on compiling queries that run for milliseconds.
  jit: 'off',
  // PostgreSQL 14 and newer, on Linux, can notice that the client has gone.
  client_connection_check_interval: '1s',
};

/** Those that the session protects itself with, beside the ones above. */
const PROTECTION = [
  'default_transaction_read_only',
  'transaction_read_only',
  'default_transaction_isolation',
  'default_transaction_deferrable',
  'statement_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
  'role',
  'session_authorization',
];

const OWN = new Set([...Object.keys(SESSION_SETTINGS), ...PROTECTION].map((name) => name.toLowerCase()));

/** The first setting in libpq's `options` (`-c NAME=VALUE`, `--NAME=VALUE`) that the session makes itself. */
export function ownSettingIn(options: string): string | undefined {
  // A backslash makes a blank mean itself.
  const words = options.match(/(?:[^\s\\]|\\.)+/gs) ?? [];
  const names = words.flatMap((word, i) => {
    const setting = words[i - 1] === '-c' ? word : /^(?:-c|--)(.+)$/s.exec(word)?.[1];
    return setting === undefined ? [] : setting.split('=', 1);
  });
  return names.map((name) => name.replaceAll('-', '_').toLowerCase()).find((name) => OWN.has(name));
}
