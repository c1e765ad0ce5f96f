import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { BugflowError } from '../../src/base/errors.js';
import { loadConfig } from '../../src/config/config.js';
import { createDatabase, type Database } from '../../src/database/database.js';
import { taigaSchemaSql } from '../../src/demo/schema.js';
import { check } from '../../src/main/check.js';
import { loadInstallation } from '../../src/main/installation.js';
import { NOW } from '../support/fixture.js';
import { type Gate, startGate } from '../support/gate.js';
import { HANG_MS } from '../support/hang.js';
import { type MeasureOptions, type Metrics, measure } from '../support/measure.js';
import {
  type Cluster,
  describeOnPostgres,
  freePort,
  hasPostgres,
  startPostgres,
} from '../support/postgres.js';

const PASSWORD = 'geheim/€@:?x';
const SLEEPING = "SELECT 'x' AS label, pg_sleep(601) AS value";

/** A collector of the team's own, whose SQL begins on line 12. */
function ownCollector(
  sql: string,
  keys = '',
  type = 'gauge',
  allowSuperuser = true,
): Omit<MeasureOptions, 'at'> {
  const indented = sql.replaceAll('\n', '\n  ');
  const yaml = `collector: own
description: A test's own.
${keys || 'timeout: 10s'}
metrics:
  - name: own_metric
    type: ${type}
    help: A test's own.
    labels: [label]
    value: value

now: |
  ${indented}
`;
  const config = `collectors: [./own.yaml]\ndatabase: { allow_superuser: ${allowSuperuser} }\nlabels: { max_bytes: 100000 }\n`;
  return { config, files: { 'own.yaml': yaml }, collectors: ['own'] };
}

describeOnPostgres('a collector', (server) => {
  const run = (sql: string, keys?: string, type?: string): Promise<Metrics> =>
    measure(server().url, { at: NOW, ...ownCollector(sql, keys, type) });
  const labelled = async (sql: string): Promise<Record<string, number>> =>
    (await run(sql)).table('own_metric', ['label']);

  beforeAll(async () => {
    await server().query(`
      ${taigaSchemaSql}
      CREATE TABLE victim (id serial PRIMARY KEY, text text);
      INSERT INTO victim (text) VALUES ('as it was');
      CREATE FUNCTION write_something() RETURNS integer LANGUAGE plpgsql VOLATILE AS
        $$ BEGIN INSERT INTO victim (text) VALUES ('written'); RETURN 1; END $$;
      CREATE FUNCTION write_through_dynamic_sql() RETURNS integer LANGUAGE plpgsql VOLATILE AS
        $$ BEGIN SET TRANSACTION READ WRITE; EXECUTE 'DELETE FROM victim'; RETURN 1; END $$;
    `);
  });

  describe('cannot write', () => {
    afterEach(async () => {
      expect(await server().query('SELECT id, text FROM victim')).toEqual([{ id: 1, text: 'as it was' }]);
      expect(await server().query("SELECT 1 FROM pg_class WHERE relname = 'new_table'")).toEqual([]);
    });

    const attempts: readonly (readonly [string, string, RegExp])[] = [
      ['INSERT', "INSERT INTO victim (text) VALUES ('x')", /own\.yaml:12: collector "\w+": SQL: /],
      [
        'UPDATE',
        "UPDATE victim SET text = 'x' RETURNING text AS label, 1 AS value",
        /own\.yaml:12: collector "\w+": SQL: /,
      ],
      ['DELETE', 'DELETE FROM victim', /own\.yaml:12: collector "\w+": SQL: /],
      [
        'a data-modifying CTE',
        "WITH w AS (\n  UPDATE victim SET text = 'x' RETURNING text\n)\nSELECT text AS label, 1 AS value FROM w",
        /own\.yaml:12: collector "\w+": SQL: WITH clause containing a data-modifying statement must be at the top level/,
      ],
      [
        'a function that writes',
        "SELECT 'x' AS label, write_something() AS value",
        /SQL: cannot execute INSERT in a read-only transaction/,
      ],
      [
        'a function that wants to write again',
        "SELECT 'x' AS label, write_through_dynamic_sql() AS value",
        /SQL: (cannot set transaction read-write mode|transaction read-write mode must be set|cannot execute)/,
      ],
      [
        'switching the protection off',
        "SELECT set_config('transaction_read_only', 'off', false) AS label, write_something() AS value",
        /SQL: (cannot set transaction read-write mode|transaction read-write mode must be set)/,
      ],
      ['a sequence', "SELECT 'x' AS label, nextval('victim_id_seq') AS value", /cannot execute nextval\(\)/],
      [
        'a lock',
        'SELECT text AS label, 1 AS value FROM victim FOR UPDATE',
        /cannot execute SELECT FOR UPDATE/,
      ],
      [
        'a second statement',
        "SELECT 'x' AS label, 1 AS value;\nDELETE FROM victim",
        /own\.yaml:1[23]: a second statement after the semicolon; write a single SELECT/,
      ],
      [
        'closing the parenthesis around it',
        "SELECT 'x' AS label, 1 AS value) AS a; CREATE TABLE new_table (); SELECT * FROM (SELECT 1",
        /own\.yaml:1[23]: a second statement after the semicolon; write a single SELECT/,
      ],
      [
        'closing the parenthesis around it otherwise',
        "SELECT 'x' AS label, 1 AS value) SELECT 1; CREATE TABLE new_table (); WITH a AS (SELECT 1",
        /own\.yaml:1[23]: a second statement after the semicolon; write a single SELECT/,
      ],
      ['SELECT INTO', "SELECT 'x' AS label, 1 AS value INTO new_table", /SQL: /],
    ];
    it.each(attempts)('by %s', async (_, sql, message) => {
      await expect(run(sql)).rejects.toThrow(message);
    });
  });

  describe('cannot read files', () => {
    it.each([
      "SELECT pg_read_file('/etc/passwd') AS label, 1 AS value",
      "SELECT pg_ls_dir('/') AS label, 1 AS value",
      "SELECT lo_import('/etc/passwd')::text AS label, 1 AS value",
      "SELECT 'x' AS label, 1 AS value",
    ])('even as a superuser: %s', async (sql) => {
      const refused = measure(server().url, { at: NOW, ...ownCollector(sql, '', 'gauge', false) });
      await expect(refused).rejects.toThrow(
        /own\.yaml:12: the role "postgres" is a superuser, so this SQL could read files of the database server; make a role/,
      );
    });

    it('though what is shipped runs', async () => {
      await expect(measure(server().url, { at: NOW })).resolves.toBeDefined();
    });
  });

  describe('of the database itself', () => {
    let database: Database;
    const rows = async (text: string): Promise<(string | null)[][]> => {
      const found: (string | null)[][] = [];
      await database.read({ text, values: [], timeoutMs: HANG_MS }, (_columns, batch) => {
        found.push(...batch.map((row) => [...row]));
      });
      return found;
    };

    beforeAll(async () => {
      const { database: config } = await loadConfig({
        file: undefined,
        env: { TAIGA_DATABASE_URL: server().url },
      });
      // One connection: whatever a query leaves behind in its session would meet the next.
      database = createDatabase({ ...config, poolSize: 1 }, { onIdleError: () => undefined });
    });
    afterAll(() => database.close());

    it.each([
      "INSERT INTO victim (text) VALUES ('x')",
      "WITH w AS (UPDATE victim SET text = 'x' RETURNING 1) SELECT * FROM w",
      'SELECT write_something()',
      "SELECT nextval('victim_id_seq')",
      'CREATE TABLE new_table ()',
      'TRUNCATE victim',
      'SET TRANSACTION READ WRITE',
      "SELECT set_config('transaction_read_only', 'off', false)",
      "COMMIT; INSERT INTO victim (text) VALUES ('x')",
    ])('not even read() lets %s through', async (sql) => {
      await expect(rows(sql)).rejects.toThrow();
      expect(await server().query('SELECT text FROM victim')).toEqual([{ text: 'as it was' }]);
    });

    it('leaves nothing behind in the session', async () => {
      const setting = "SELECT current_setting('DateStyle')";
      const [before] = await rows(setting);
      await rows("SELECT set_config('DateStyle', 'SQL, DMY', false)");
      expect(await rows(setting)).toEqual([before]);
    });

    it('works on after each of these', async () => {
      expect(await rows('SELECT text, NULL, true FROM victim')).toEqual([['as it was', null, 'true']]);
    });
  });

  it('reads in a session that is set up for reading', async () => {
    const names = [
      'transaction_read_only',
      'statement_timeout',
      'lock_timeout',
      'idle_in_transaction_session_timeout',
      'TimeZone',
      'search_path',
    ];
    const list = names.map((name) => `current_setting('${name}')`).join(", ', ', ");
    const table = await labelled(`SELECT concat(${list}) AS label, 1 AS value`);
    expect(table).toEqual({ 'on, 10s, 2s, 30s, UTC, public': 1 });
  });

  it('may hold any number, but none that a double cannot', async () => {
    expect(
      await labelled(`
        SELECT 'nan' AS label, 'NaN'::numeric AS value
        UNION ALL SELECT 'small', 1e-300
        UNION ALL SELECT 'exact', 9007199254740993
        UNION ALL SELECT 'half', -0.5
        UNION ALL SELECT NULL, 7
        UNION ALL SELECT 'nothing', NULL
      `),
    ).toEqual({
      nan: Number.NaN,
      small: 1e-300,
      exact: 9007199254740992,
      half: -0.5,
      '': 7,
    });
    // A numeric can be infinite from PostgreSQL 14 on only.
    expect(
      await labelled(
        "SELECT 'inf' AS label, float8 'Infinity' AS value UNION ALL SELECT '-inf', '-Infinity'",
      ),
    ).toEqual({ inf: Number.POSITIVE_INFINITY, '-inf': Number.NEGATIVE_INFINITY });
    await expect(run("SELECT 'x' AS label, 1e400::numeric AS value")).rejects.toThrow(
      /own\.yaml:5: column "value" of metric "own_metric" holds 10{199}…, which is not a number that fits a double/,
    );
    await expect(run("SELECT 'x' AS label, 'much' AS value")).rejects.toThrow(
      /holds much, which is not a number/,
    );
    await expect(run("SELECT 'x' AS label, interval '1 day' AS value")).rejects.toThrow(
      /EXTRACT\(EPOCH FROM/,
    );
    for (const odd of ['NaN', 'Infinity', '-Infinity'])
      await expect(run(`SELECT 'x' AS label, '${odd}'::float8 AS value`, '', 'histogram')).rejects.toThrow(
        /leave such rows out/,
      );
  });

  it('may have labels of any text and length', async () => {
    const texts = [
      'new\nline, "quote", \\backslash, \\n, tab\t, return\r, \u0001\u001f\u007f\u0085\u2028 🚀 é e\u0301',
      '\\',
      '"',
      '{a="b"} 1',
      '# EOF',
      'x'.repeat(10_240),
      '語"\\\n'.repeat(2560),
    ];
    const values = texts.map((text, i) => `(${quoted(text)}, ${i})`);
    const table = await labelled(`SELECT * FROM (VALUES ${values.join(', ')}) AS v (label, value)`);
    expect(table).toEqual(Object.fromEntries(texts.map((text, i) => [text, i])));
  });

  it('may yield 100,000 series when its limit allows that many, and none when not', async () => {
    const sql = "SELECT 'series ' || n AS label, n AS value FROM generate_series(1, 100000) AS n";
    const metrics = await run(sql, 'max_series: 100000');
    expect(metrics.samples).toHaveLength(100_000);
    expect(metrics.sum('own_metric')).toBe((100_000 * 100_001) / 2);
    await expect(run(sql)).rejects.toThrow(
      /own\.yaml: collector "own" yields more than 5000 series; group by fewer labels or raise max_series$/,
    );
  });

  it('may read 100,000 rows into one histogram', async () => {
    const sql = "SELECT '' AS label, n AS value FROM generate_series(1, 100000) AS n";
    const metrics = await run(sql, '', 'histogram');
    expect(metrics.value('own_metric_count')).toBe(100_000);
    expect(metrics.value('own_metric_bucket', { le: '3600.0' })).toBe(3600);
  });

  it('must not have two rows for one series', async () => {
    await expect(run("SELECT 'x' AS label, 1 AS value UNION ALL SELECT 'x', 2")).rejects.toThrow(
      /own\.yaml:5: metric "own_metric" has two rows for \{label="x"\}; GROUP BY its labels/,
    );
  });

  it('is told the file and the line of a mistake in its SQL', async () => {
    await expect(run('SELECT\n  label,\n  1 AS value\nFORM victim')).rejects.toThrow(
      /own\.yaml:15: collector "\w+": SQL: syntax error at or near "FORM"/,
    );
    await expect(run("SELECT\n  'x' AS label,\n  tixt AS value\nFROM victim")).rejects.toThrow(
      /own\.yaml:14: collector "\w+": SQL: column "tixt" does not exist/,
    );
    await expect(run("SELECT 'x' AS label,\n  count(*)")).rejects.toThrow(
      /own\.yaml:5: metric "own_metric" needs the column "value", which the SQL does not return \(it returns label, count\)/,
    );
    await expect(run("SELECT\n  'é🚀' AS label,\n  1 / (id - 1) AS value FROM victim")).rejects.toThrow(
      /own\.yaml:\d+: collector "\w+": SQL: division by zero/,
    );
    await expect(run('SELECT 1 AS value')).rejects.toThrow(/needs the column "label"/);
    await expect(run("SELECT ':no' AS label,\n  :then AS value")).rejects.toThrow(
      /own\.yaml:13: unknown parameter :then; known are :now/,
    );
  });

  it('of a database without Taiga fails with the reason', async () => {
    const all = (): Promise<Metrics> => measure(server().url, { at: NOW });
    const whileChanged = async (sql: string, back: string, message: string): Promise<void> => {
      await server().query(sql);
      await expect(all().finally(() => server().query(back))).rejects.toThrow(message);
    };
    await whileChanged(
      'ALTER TABLE epics_epic RENAME TO e; ALTER TABLE issues_issue RENAME TO i',
      'ALTER TABLE e RENAME TO epics_epic; ALTER TABLE i RENAME TO issues_issue',
      'this Taiga database lacks the tables issues_issue, epics_epic in schema public; check',
    );
    await expect(all()).resolves.toBeDefined();
    await whileChanged(
      'ALTER SCHEMA public RENAME TO other; CREATE SCHEMA public',
      'DROP SCHEMA public; ALTER SCHEMA other RENAME TO public',
      'this is not a Taiga database: none of its tables are in schema public; check the name',
    );
  });
});

describe('a database that cannot be reached', () => {
  const failure = async (address: string): Promise<string> => {
    const url = `postgres://someone:${encodeURIComponent(PASSWORD)}@${address}`;
    return messageOf(measure(url, { at: NOW, config: 'database: { connect_timeout: 500ms }' }));
  };

  it('fails in one line for a port on which nothing listens', async () => {
    const port = await freePort();
    expect(await failure(`127.0.0.1:${port}/taiga`)).toBe(
      `cannot reach the database at 127.0.0.1:${port}: nothing listens there; is PostgreSQL running, and is the port right?`,
    );
  });

  it('fails in one line for a host that nobody knows', async () => {
    expect(await failure('no-such-host.invalid/taiga')).toMatch(
      /^cannot reach the database at no-such-host\.invalid:5432: (the host name|timeout)/,
    );
  });

  it('is given up in time when it accepts and never answers', async () => {
    const gate = await startGate(undefined);
    try {
      expect(await failure(`127.0.0.1:${gate.port}/taiga`)).toMatch(
        /^cannot reach the database at 127\.0\.0\.1:\d+: timeout expired$/,
      );
    } finally {
      await gate.close();
    }
  });
});

describe.skipIf(!hasPostgres)('a real server (skipped without PostgreSQL on the machine)', () => {
  let cluster: Cluster;
  let reader: string;
  let gate: Gate;

  beforeAll(async () => {
    cluster = await startPostgres();
    await cluster.query(`
      ${taigaSchemaSql}
      CREATE ROLE "bug flow" LOGIN PASSWORD ${quoted(PASSWORD)};
      GRANT USAGE ON SCHEMA public TO "bug flow";
      GRANT SELECT ON ALL TABLES IN SCHEMA public TO "bug flow";
    `);
    reader = cluster.urlWith({ user: 'bug flow', password: PASSWORD });
    gate = await startGate(Number(new URL(cluster.url).port));
  });
  afterAll(async () => {
    await gate?.close();
    await cluster?.close();
  });
  afterEach(async () => {
    // A test that failed may have left sessions at work, or the gate shut.
    await gate.shut();
    await gate.open();
    await cluster.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'bug flow'");
  });

  const failure = (url: string, options: Partial<MeasureOptions> = {}): Promise<string> =>
    messageOf(measure(url, { at: NOW, ...options }));

  describe('with a password in a file', () => {
    const user = (): string => cluster.urlWith({ user: 'bug flow', password: '' }).replace(':@', '@');

    it.each(['', ':'])('is read, whether the URL says %j for it or nothing', async (empty) => {
      const config = `database: { url: "${user().replace('@', `${empty}@`)}", password_file: ./password }`;
      const options = { at: NOW, config, files: { password: PASSWORD }, collectors: ['projects'] };
      expect((await measure('', options)).names()).toEqual([]);
    });

    it('keeps no place in the server when the password is missing', async () => {
      const { database: config } = await loadConfig({ file: undefined, env: { TAIGA_DATABASE_URL: user() } });
      const database = createDatabase(config, { onIdleError: () => undefined });
      // More often than it has places.
      for (let attempt = 0; attempt < 50; attempt++) {
        const reading = database.read({ text: 'SELECT 1', values: [], timeoutMs: HANG_MS }, () => undefined);
        expect(await messageOf(reading)).toMatch(
          /^cannot log in to the database at .* as "bug flow": .*check the password/,
        );
      }
      await database.close();
    });
  });

  it('is read by a role that may only read', async () => {
    const metrics = await measure(reader, { at: NOW });
    expect(metrics.samples).toEqual([]);
  });

  it('knows the sessions by their name, and each is read-only by default', async () => {
    const session = ownCollector(
      `SELECT application_name || ' ' || current_setting('default_transaction_read_only') AS label, 1 AS value
       FROM pg_stat_activity WHERE pid = pg_backend_pid()`,
    );
    const metrics = await measure(reader, { at: NOW, ...session });
    expect(metrics.table('own_metric', ['label'])).toEqual({ 'taiga-bugflow on': 1 });
  });

  it('refuses a wrong password', async () => {
    const message = await failure(cluster.urlWith({ user: 'bug flow', password: 'wrong: geheim/€' }));
    expect(message).toMatch(
      /^the database at 127\.0\.0\.1:\d+ refuses user "bug flow": password authentication failed for user "bug flow"; check user and password/,
    );
    expect(message).not.toContain('wrong: geheim');
  });

  it('has no such database', async () => {
    const message = await failure(
      cluster.urlWith({ user: 'bug flow', password: PASSWORD, database: 'tiaga' }),
    );
    expect(message).toMatch(/^there is no database "tiaga" at 127\.0\.0\.1:\d+; check the name at the end/);
  });

  it('has no room left', async () => {
    await changed('ALTER ROLE "bug flow" CONNECTION LIMIT 0', 'ALTER ROLE "bug flow" CONNECTION LIMIT -1');
    const message = await failure(reader);
    expect(message).toMatch(/takes no queries now: too many connections for role "bug flow"$/);
  });

  it('is missing a grant: the message is the fix', async () => {
    await changed(
      'REVOKE SELECT ON userstories_userstory FROM "bug flow"',
      'GRANT SELECT ON userstories_userstory TO "bug flow"',
    );
    const message = await failure(reader, { collectors: ['items'] });
    expect(message).toMatch(
      /^permission denied for (table|relation) userstories_userstory; fix it with: GRANT /,
    );
    const lines: string[] = [];
    const installation = await loadInstallation({ file: undefined, env: { TAIGA_DATABASE_URL: reader } });
    const allWell = await check(installation, { now: new Date(NOW), print: (line) => void lines.push(line) });
    expect(allWell).toBe(false);
    // Once, although many collectors miss it; the others were tried, and verified.
    expect(lines.filter((line) => line === message)).toEqual([message]);
    expect(lines.join('\n')).toMatch(/\nmembers +good /);
    expect(lines.at(-1)).toMatch(/^\d+ of \d+ collectors failed\.$/);
    await cluster.query(message.split('fix it with: ')[1] ?? '');
    await expect(measure(reader, { at: NOW })).resolves.toBeDefined();
  });

  it('is missing the right to use the schema: the message is the fix', async () => {
    await changed(
      'REVOKE USAGE ON SCHEMA public FROM PUBLIC, "bug flow"',
      'GRANT USAGE ON SCHEMA public TO PUBLIC, "bug flow"',
    );
    const message = await failure(reader, { collectors: ['items'] });
    expect(message).toBe(
      'the role may not use schema public; fix it with: GRANT USAGE ON SCHEMA public TO "bug flow";',
    );
    await cluster.query(message.split('fix it with: ')[1] ?? '');
    await expect(measure(reader, { at: NOW })).resolves.toBeDefined();
  });

  describe('does not let a collector read files', () => {
    const readsFile = "SELECT pg_read_file('/etc/passwd') AS label, 1 AS value";
    const attempt = (sql: string): Promise<string> => failure(reader, ownCollector(sql, '', 'gauge', false));

    it.each([
      ['pg_read_file', readsFile],
      ['pg_ls_dir', "SELECT pg_ls_dir('.') AS label, 1 AS value"],
      ['lo_import', "SELECT lo_import('/etc/passwd')::text AS label, 1 AS value"],
    ])('as the role of docs/database.md: by %s', async (_name, sql) => {
      // Before 11 these functions themselves asked for a superuser.
      expect(await attempt(sql)).toMatch(
        /^(permission denied for function|must be superuser to) .*; a role that only reads tables, as in docs\/database\.md, must not have this right$/,
      );
    });

    it.each(["COPY (SELECT 1) TO PROGRAM 'touch /tmp/x'", "COPY victim FROM '/etc/passwd'"])(
      'as it is no query: %s',
      async (sql) => {
        expect(await attempt(sql)).toMatch(/own\.yaml:12: collector "\w+": SQL: syntax error/);
      },
    );

    it.for([
      ['GRANT postgres TO', 'REVOKE postgres FROM', 'belongs to postgres', 10],
      [
        'GRANT pg_read_server_files TO',
        'REVOKE pg_read_server_files FROM',
        'belongs to pg_read_server_files',
        11,
      ],
      [
        'GRANT pg_execute_server_program TO',
        'REVOKE pg_execute_server_program FROM',
        'belongs to pg_execute_server_program',
        11,
      ],
      [
        'CREATE ROLE dbas IN ROLE pg_write_server_files; GRANT dbas TO',
        'REVOKE dbas FROM',
        'belongs to pg_write_server_files',
        11,
      ],
      [
        'GRANT EXECUTE ON FUNCTION pg_read_file(text) TO',
        'REVOKE EXECUTE ON FUNCTION pg_read_file(text) FROM',
        'may call pg_read_file',
        11,
      ],
    ] as const)(
      'as a role that may more than it should: %s',
      async ([grant, revoke, reason, since], { skip }) => {
        const [version] = await cluster.query('SHOW server_version_num');
        skip(
          Number(version?.server_version_num) < since * 10_000,
          `before PostgreSQL ${since} there is no such right`,
        );
        await changed(`${grant} "bug flow"`, `${revoke} "bug flow"`);
        const message = await attempt(readsFile);
        expect(message).toContain(`the role "bug flow" ${reason}`);
        expect(message).toContain('so this SQL could read files of the database server; make a role as in');
        await expect(measure(reader, { at: NOW })).resolves.toBeDefined();
      },
    );
  });

  it('keeps nothing of what it lets a reading transaction do', async () => {
    const sql = "SELECT lo_create(0)::text AS label, 1 AS value, pg_notify('channel', 'x')";
    await measure(cluster.url, { at: NOW, ...ownCollector(sql) }).catch(() => undefined);
    expect(await cluster.query('SELECT oid FROM pg_largeobject_metadata')).toEqual([]);
  });

  it('serves more readers than it has connections for, each in its turn', async () => {
    const { database: config } = await loadConfig({ file: undefined, env: { TAIGA_DATABASE_URL: reader } });
    const onIdleError = (): void => undefined;
    const database = createDatabase({ ...config, poolSize: 1, connectTimeoutMs: 3000 }, { onIdleError });
    const query = { text: 'SELECT pg_sleep(1.6)', values: [], timeoutMs: HANG_MS };
    // Waiting for a turn is not waiting for the database: the last one waits longer than a connection may take.
    await Promise.all(Array.from({ length: 3 }, () => database.read(query, () => undefined)));
    await database.close();
  });

  it('cancels a statement that takes longer than its collector allows', async () => {
    const sleeping = failure(
      reader,
      ownCollector("SELECT 'x' AS label, pg_sleep(600) AS value", 'timeout: 300ms'),
    );
    expect(await sleeping).toMatch(
      /^\S*own\.yaml:12: collector "own": the statement was cancelled: canceling statement due to statement timeout; make the SQL faster/,
    );
    await expect.poll(() => running('pg_sleep')).toEqual([]);
  });

  it('cancels a slow computation as well', async () => {
    const sql =
      "SELECT 'x' AS label, count(*) AS value FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b";
    expect(await failure(reader, ownCollector(sql, 'timeout: 300ms'))).toContain('statement was cancelled');
    await expect.poll(() => running('generate_series')).toEqual([]);
  });

  it('is not waited for behind a lock', async () => {
    const message = await whileLocked('users_role', () =>
      failure(reader, { config: 'database: { lock_timeout: 200ms }', collectors: ['members'] }),
    );
    expect(message).toMatch(
      /^\S*members\.yaml:\d+: collector "members": a table is locked: canceling statement due to lock timeout; the next run tries again$/,
    );
  });

  it('goes silent in the middle of a query: the connection is given up in time', async () => {
    gate.freezeAfter('pg_sleep');
    expect(
      await failure(
        gate.through(reader),
        ownCollector("SELECT 'x' AS label, pg_sleep(0.5) AS value", 'timeout: 1s'),
      ),
    ).toMatch(/^no answer from the database within 1000 ms; the connection was given up$/);
  });

  it('cuts the connection in the middle of a query', async () => {
    const cut = failure(gate.through(reader), ownCollector(SLEEPING, 'timeout: 10m'));
    await untilRunning('pg_sleep(601)');
    await gate.shut();
    expect(await cut).toMatch(/^cannot reach the database at 127\.0\.0\.1:\d+: /);
  });

  it('cuts the connection after the last row, before the end of the query is told', async () => {
    gate.cutAfter('last words');
    expect(
      await failure(gate.through(reader), ownCollector("SELECT 'last ' || 'words' AS label, 1 AS value")),
    ).toMatch(
      /^cannot reach the database at 127\.0\.0\.1:\d+: (Connection terminated unexpectedly|the connection was cut)$/,
    );
  });

  it('is shut down in the middle of a query', async () => {
    const ended = failure(reader, ownCollector(SLEEPING, 'timeout: 10m'));
    await untilRunning('pg_sleep(601)');
    await cluster.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'bug flow'");
    // The server's last words, unless the end of the connection overtakes them.
    expect(await ended).toMatch(
      /^(the database at 127\.0\.0\.1:\d+ takes no queries now: terminating connection due to administrator command|cannot reach the database at 127\.0\.0\.1:\d+: the connection was cut)$/,
    );
  });

  /** Statements of the service that the server is still at. */
  async function running(text: string): Promise<unknown[]> {
    return cluster.query(
      `SELECT state, query FROM pg_stat_activity
       WHERE usename = 'bug flow' AND state <> 'idle' AND position($1 in query) > 0`,
      [text],
    );
  }

  async function untilRunning(text: string): Promise<void> {
    await expect.poll(() => running(text)).toHaveLength(1);
  }

  async function whileLocked<T>(table: string, act: () => Promise<T>): Promise<T> {
    const holder = new pg.Client({ connectionString: cluster.url });
    await holder.connect();
    try {
      await holder.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
      return await act();
    } finally {
      await holder.end();
    }
  }

  /** Until the test ends, however it ends. */
  async function changed(sql: string, back: string): Promise<void> {
    onTestFinished(async () => void (await cluster.query(back)));
    await cluster.query(sql);
  }
});

/** What a failing promise says: in one line, without the password in any form. */
async function messageOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error('it did not fail');
  if (!(error instanceof BugflowError) && error.message.startsWith('unexpected')) throw error;
  expect(error.message).not.toContain('\n');
  for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), 'geheim'])
    expect(error.message).not.toContain(secret);
  return error.message;
}

/** A literal of SQL. */
function quoted(text: string): string {
  const escaped = text.replaceAll(
    /[\\'\p{Cc}]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
  return `E'${escaped}'`;
}
