import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ownSettingIn, SESSION_SETTINGS } from '../../src/config/session-settings.js';
import { startPGlite, type TestPostgres } from '../support/postgres.js';

/** Settings of these kinds that change neither what SQL means nor how values are written. */
const HARMLESS = new Set([
  // What is created, and where: a session that may not write creates nothing.
  ...['check_function_bodies', 'createrole_self_grant', 'default_table_access_method', 'default_tablespace'],
  ...['default_toast_compression', 'event_triggers', 'gin_pending_list_limit', 'icu_validation_level'],
  ...['temp_tablespaces', 'lo_compat_privileges', 'allow_alter_system', 'local_preload_libraries'],
  // Superusers only: where libraries are.
  ...['dynamic_library_path', 'extension_control_path'],
  // Vacuum, messages, the order of rows that have none.
  ...['client_min_messages', 'escape_string_warning', 'synchronize_seqscans'],
  // Each transaction says these itself, in its BEGIN and after it.
  ...['default_transaction_deferrable', 'default_transaction_isolation', 'default_transaction_read_only'],
  ...['transaction_deferrable', 'transaction_isolation', 'transaction_read_only'],
  ...['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'],
  // Ends sessions between transactions only; the next one connects again.
  'idle_session_timeout',
]);

const KINDS =
  /Version and Platform Compatibility|Locale and Formatting|Statement Behavior|Other Defaults|Error Handling/;

describe('every setting of PostgreSQL', () => {
  let server: TestPostgres;
  beforeAll(async () => {
    server = await startPGlite();
  });
  afterAll(() => server?.close());

  test('that changes what SQL means or how values are written is set by each transaction', async () => {
    const rows = await server.query(
      "SELECT name, category FROM pg_settings WHERE context IN ('user', 'superuser') ORDER BY name",
    );
    const names = rows.filter(({ category }) => KINDS.test(String(category))).map(({ name }) => String(name));
    expect(names.length).toBeGreaterThan(40);
    const left = names.filter(
      (name) => !(name in SESSION_SETTINGS) && !HARMLESS.has(name) && !name.startsWith('vacuum_'),
    );
    expect(left).toEqual([]);
  });
});

describe('options of a session', () => {
  test.each<[options: string, own: string | undefined]>([
    ['', undefined],
    ['-c work_mem=8MB', undefined],
    ['-cwork_mem=8MB --geqo=off -c enable-seqscan=off', undefined],
    ['endpoint=cold-sun-1', undefined],
    ['-c work_mem=1\\ search_path=x', undefined],
    ['-c search_path=x', 'search_path'],
    ['-csearch_path=x', 'search_path'],
    ['--search_path=x', 'search_path'],
    ['--search-path=x', 'search_path'],
    ['-c  geqo=off\t-c SEARCH_PATH=x', 'search_path'],
    ['-c default_transaction_read_only=off', 'default_transaction_read_only'],
    ['-c transaction_read_only=off', 'transaction_read_only'],
    ['-c role=postgres', 'role'],
    ['-c session_authorization=postgres', 'session_authorization'],
    ['-c DateStyle=German', 'datestyle'],
    ['-c standard_conforming_strings=off', 'standard_conforming_strings'],
    ['-c statement_timeout=1', 'statement_timeout'],
  ])('%j: %s', (options, own) => {
    expect(ownSettingIn(options)).toBe(own);
  });
});
