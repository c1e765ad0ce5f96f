import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { collect } from '../../src/main/collect.js';
import { loadInstallation } from '../../src/main/installation.js';
import { createFolder } from '../support/bugflow.js';
import { exampleTaiga, NOW } from '../support/fixture.js';
import {
  type Cluster,
  hasPostgres,
  startPGlite,
  startPostgres,
  type TestPostgres,
} from '../support/postgres.js';

/** Settings that somebody may have made for a role or a database, with a value that would change what SQL means. */
const HOSTILE: readonly (readonly [string, string])[] = [
  ['standard_conforming_strings', 'off'],
  ['backslash_quote', 'off'],
  ['transform_null_equals', 'on'],
  ['array_nulls', 'off'],
  ['search_path', 'other, pg_temp'],
  ['quote_all_identifiers', 'on'],
  ['default_text_search_config', 'pg_catalog.german'],
  ['xmloption', 'document'],
  ['xmlbinary', 'hex'],
  ['row_security', 'off'],
  ['gin_fuzzy_search_limit', '1'],
  ['client_encoding', 'LATIN1'],
  ['DateStyle', 'SQL, DMY'],
  ['IntervalStyle', 'iso_8601'],
  ['TimeZone', 'Asia/Kathmandu'],
  ['timezone_abbreviations', 'Australia'],
  ['extra_float_digits', '-15'],
  ['bytea_output', 'escape'],
  ['default_transaction_isolation', 'serializable'],
  ['default_transaction_deferrable', 'on'],
  ['default_transaction_read_only', 'off'],
  ['statement_timeout', '1'],
  ['lock_timeout', '1'],
  ['idle_in_transaction_session_timeout', '1'],
];

/** Each row says what one of these could change. Its SQL has backslashes, which are what they seem to be. */
const WORDS = `collector: words
description: What PostgreSQL reads and writes.
metrics:
  - name: words
    type: gauge
    help: What PostgreSQL reads and writes.
    labels: [what, text]
    value: value
now: |
  SELECT what, text, 1 AS value
  FROM (VALUES
    ('string', 'a\\d\\\\+'),
    ('null', coalesce((1 = NULL)::text, 'unknown')),
    ('array', array_to_string('{1,NULL}'::text[], ',', 'nothing')),
    ('tables', (SELECT count(*)::text FROM issues_issue)),
    ('lanes', (SELECT count(*)::text FROM projects_swimlane)),
    ('schemas', current_schemas(true)::text),
    ('role', current_user::text),
    ('identifier', quote_ident('abc')),
    ('words', to_tsvector('the running')::text),
    ('letters', 'é語'),
    ('date', '2026-03-04'::date::text),
    ('read date', '03/04/2026'::date::text),
    ('interval', interval '1 month 2 days 03:04:05'::text),
    ('moment', timestamptz '2026-03-15T12:00Z'::text),
    ('zone', timestamptz '2026-03-15 12:00 EST'::text),
    ('float', (0.1::float8 + 0.2)::text),
    ('bytes', decode('deadbeef', 'hex')::text),
    ('isolation', current_setting('transaction_isolation') || current_setting('transaction_deferrable')),
    ('timeouts', current_setting('statement_timeout') || ' ' || current_setting('lock_timeout'))
  ) AS v (what, text)
`;

/** What makes a difference where the tables of another schema, and policies for rows, come into play. */
const OTHERS = `
  CREATE SCHEMA other;
  CREATE TABLE other.issues_issue (LIKE public.issues_issue);
  ALTER TABLE projects_swimlane ENABLE ROW LEVEL SECURITY;
  CREATE POLICY all_rows ON projects_swimlane USING (true);
`;

const folder = createFolder();
folder.write('words.yaml', WORDS);
const file = folder.write(
  'bugflow.yaml',
  'collectors: [./words.yaml]\ndatabase: { allow_superuser: true, pool_size: 1 }\n',
);
afterAll(() => folder.remove());
const some = ['words', 'lifecycle'];

const output = async (url: string, names: readonly string[] = []): Promise<string> => {
  const chunks: Buffer[] = [];
  const warnings: string[] = [];
  await collect(await loadInstallation({ file, env: { TAIGA_DATABASE_URL: url } }), {
    names,
    now: new Date(NOW),
    format: 'text',
    write: (bytes) => void chunks.push(bytes),
    warn: (message) => void warnings.push(message),
  });
  return [...warnings, Buffer.concat(chunks).toString('utf8')].join('\n');
};

describe.skipIf(!hasPostgres)(
  'whatever is set for a role or database (skipped without PostgreSQL on the machine)',
  () => {
    let server: Cluster;
    let url: string;
    let expected: string;

    beforeAll(async () => {
      server = await startPostgres();
      await exampleTaiga().load(server);
      await server.query(`
      ${OTHERS}
      CREATE ROLE stranger;
      CREATE ROLE bugflow LOGIN PASSWORD 'bugflow' IN ROLE stranger;
      GRANT USAGE ON SCHEMA public, other TO bugflow;
      GRANT SELECT ON ALL TABLES IN SCHEMA public, other TO bugflow;
    `);
      url = server.urlWith({ user: 'bugflow', password: 'bugflow' });
      expected = await output(url, some);
      expect(expected).toContain('words{what="string",text="a\\\\d\\\\\\\\+"} 1');
      expect(expected).toContain('words{what="role",text="bugflow"} 1');
      expect(expected).toContain('words{what="float",text="0.30000000000000004"} 1');
    });
    afterAll(() => server.close());

    it.each([...HOSTILE, ['role', 'stranger'], ['session_replication_role', 'replica']] as const)(
      'collect prints the same: %s = %s',
      async (name, value) => {
        const list = name === 'search_path' ? value : `'${value}'`;
        await server.query(`ALTER ROLE bugflow SET ${name} = ${list}`);
        try {
          expect(await output(url, some)).toBe(expected);
        } finally {
          await server.query(`ALTER ROLE bugflow RESET ${name}`);
        }
      },
    );

    it('collect prints the same with all of them set for the database', async () => {
      const everything = await output(url);
      for (const [name, value] of HOSTILE)
        await server.query(
          `ALTER DATABASE postgres SET ${name} = ${name === 'search_path' ? value : `'${value}'`}`,
        );
      expect(await output(url)).toBe(everything);
    });
  },
);

test('collect prints the same where nothing can be asked for when a session begins, as behind a pooler', async () => {
  // Here all share one session, as its settings were made last.
  const server: TestPostgres = await startPGlite();
  try {
    await exampleTaiga().load(server);
    await server.query(OTHERS);
    const expected = await output(server.url, some);
    for (const [name, value] of HOSTILE) {
      // That is each client's own affair there.
      if (name === 'client_encoding') continue;
      await server.query(`SET ${name} = ${name === 'search_path' ? value : `'${value}'`}`);
    }
    expect(await output(server.url, some)).toBe(expected);
  } finally {
    await server.close();
  }
}, 120_000);
