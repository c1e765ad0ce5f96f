import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/config.js';
import { createDatabase, type Database, type RowStream } from '../../src/database/database.js';
import { taigaSchemaSql } from '../../src/demo/schema.js';
import { type OwnParameters, parameterValues } from '../../src/taiga/parameters.js';
import type { ReadablePart } from '../../src/taiga/reader.js';
import type { SqlSource } from '../../src/taiga/sql/query-text.js';
import { loadRelations } from '../../src/taiga/sql/relations.js';
import { createTaiga, type Query, type TableQuery, type Taiga } from '../../src/taiga/taiga.js';
import { createFolder } from '../support/bugflow.js';
import { describeOnPostgres } from '../support/postgres.js';
import { errorOf } from '../unit/helpers.js';

const DAILY = { kind: 'report', name: 'daily' };

function written(text: string): SqlSource {
  return { text, file: 'reports/daily.yaml', line: 7 };
}

describeOnPostgres('a question to Taiga', (server) => {
  let taiga: Taiga;
  let database: Database;

  beforeAll(async () => {
    await server().query(taigaSchemaSql);
    const env = { TAIGA_DATABASE_URL: server().url };
    const config = await loadConfig({ file: undefined, env });
    database = createDatabase(config.database, { onIdleError: () => undefined });
    const folder = createFolder();
    folder.write('two.sql', 'SELECT * FROM (VALUES (1), (2)) AS t (n)');
    folder.write('moment.sql', 'SELECT :now AS at');
    const file = folder.write('broken.sql', '-- one\nSELECT nothing FROM nowhere');
    const relations = await loadRelations(dirname(file));
    folder.remove();
    const values = (at: Date) => parameterValues(config, at);
    taiga = createTaiga({ database, relations, values, allowSuperuser: true });
  });
  afterAll(() => database.close());

  const ask = (text: string, more: Partial<Query> = {}, relations: readonly string[] = []) =>
    taiga.query({ askedBy: DAILY, from: { sql: written(text), relations, shipped: false }, ...more });

  test.each([
    ["'a'", 'text', 'a'],
    ["'a'::varchar(3)", 'text', 'a'],
    ["'a'::name", 'text', 'a'],
    ['NULL::integer', 'number', null],
    ['1', 'number', '1'],
    ['9007199254740993', 'number', '9007199254740993'],
    ['0.10', 'number', '0.10'],
    ["'NaN'::double precision", 'number', 'NaN'],
    ['1 = 1', 'boolean', 'true'],
    ["'2026-03-01 12:00:00+01'::timestamptz", 'timestamp', '2026-03-01 11:00:00+00'],
    ["'2026-03-01 12:00:00'::timestamp", 'timestamp', '2026-03-01 12:00:00'],
    ["'2026-03-01'::date", 'date', '2026-03-01'],
    ["'12:00'::time", 'time', '12:00:00'],
    ["interval '90 minutes'", 'interval', '01:30:00'],
    [`'{"a": 1}'::jsonb`, 'json', '{"a": 1}'],
    ["'[]'::json", 'json', '[]'],
    ["ARRAY['a', 'b']", 'array', '{a,b}'],
    ["'00000000-0000-0000-0000-000000000001'::uuid", 'text', '00000000-0000-0000-0000-000000000001'],
  ])('knows that %s is %s', async (expression, type, cell) => {
    const { columns, rows } = await ask(`SELECT ${expression} AS it`);
    expect(columns).toEqual([{ name: 'it', type }]);
    expect(rows).toEqual([[cell]]);
  });

  test('knows the columns where there is no row', async () => {
    const { columns, rows, isCut } = await ask('SELECT 1 AS n, now() AS at WHERE false');
    expect(columns).toEqual([
      { name: 'n', type: 'number' },
      { name: 'at', type: 'timestamp' },
    ]);
    expect([rows, isCut]).toEqual([[], false]);
  });

  test('can be a relation as a whole', async () => {
    expect(await taiga.query({ askedBy: DAILY, from: { relation: 'two' } })).toEqual({
      columns: [{ name: 'n', type: 'number' }],
      rows: [['1'], ['2']],
      isCut: false,
    });
  });

  test('names a relation that is not there', async () => {
    const error = await errorOf(taiga.query({ askedBy: DAILY, from: { relation: 'two; SELECT 1' } }));
    expect(error.code).toBe('QUERY_INVALID');
    expect(error.message).toBe(
      'report "daily": unknown relation "two; SELECT 1"; see the files in metrics/relations',
    );
  });

  test('binds its own parameters beside the shared ones', async () => {
    const { rows } = await ask(
      'SELECT :sprint AS sprint, :from + 1 AS day, n, :time_zone AS zone FROM two WHERE n = ANY (:some)',
      {
        parameters: {
          from: { type: 'date', value: '2026-03-01' },
          sprint: { type: 'text', value: "'; DROP TABLE users_user" },
          some: { type: 'integer[]', value: [2, 3] },
        },
      },
      ['two'],
    );
    expect(rows).toEqual([["'; DROP TABLE users_user", '2026-03-02', '2', 'UTC']]);
  });

  test('binds what a parameter is this time', async () => {
    const sql = written('SELECT :n AS n');
    const of = async (value: unknown) => {
      const from = { sql, relations: [], shipped: false };
      return (await taiga.query({ askedBy: DAILY, from, parameters: { n: { type: 'integer', value } } }))
        .rows;
    };
    expect([await of(1), await of(2), await of(null)]).toEqual([[['1']], [['2']], [[null]]]);
  });

  test('names a parameter that nobody knows, and those that are known', async () => {
    const error = await errorOf(
      ask('SELECT 1,\n  :form', { parameters: { from: { type: 'date', value: '2026-03-01' } } }),
    );
    expect(error.code).toBe('QUERY_INVALID');
    expect(error.message).toMatch(
      /^reports\/daily\.yaml:8: report "daily": unknown parameter :form; known are :from, :now, :keys, .*:taiga_url$/,
    );
  });

  test('has no parameter that is called like a shared one', async () => {
    const error = await errorOf(ask('SELECT :now', { parameters: { now: { type: 'text', value: 'x' } } }));
    expect(error.message).toBe(
      'reports/daily.yaml:7: report "daily": :now is the name of a parameter that all SQL shares; give yours another name',
    );
  });

  test('has no more rows than its limit, and says whether there are more', async () => {
    const text = 'SELECT n FROM generate_series(1, 100000) AS n ORDER BY n';
    const few = await ask(text, { limit: 3 });
    expect([few.rows, few.isCut]).toEqual([[['1'], ['2'], ['3']], true]);
    const all = await ask('SELECT n FROM two', { limit: 2 }, ['two']);
    expect([all.rows.length, all.isCut]).toEqual([2, false]);
    const byDefault = await ask(text);
    expect([byDefault.rows.length, byDefault.isCut]).toEqual([10_000, true]);
  });

  test('is answered as of the moment that it is about', async () => {
    const at = new Date('2025-12-24T18:00:00Z');
    for (const answer of [
      await ask('SELECT :now AS at', { at }),
      await ask('SELECT at FROM moment', { at }, ['moment']),
    ])
      expect(answer.rows).toEqual([['2025-12-24 18:00:00+00']]);
  });

  test('of a past that its SQL does not tell is refused', async () => {
    const error = await errorOf(ask('SELECT count(*) FROM issues_issue', { at: new Date('2025-12-24') }));
    expect(error.code).toBe('QUERY_INVALID');
    expect(error.message).toMatch(
      /^reports\/daily\.yaml:7: report "daily": neither this SQL .* the answer would be that of today/,
    );
  });

  test.each([
    [
      'its own SQL',
      'SELECT 1,\n  itmes FROM two',
      'reports/daily.yaml:8: report "daily": SQL: column "itmes"',
    ],
    ['a relation', 'SELECT 1 FROM two, broken', 'broken.sql:2: report "daily": SQL: relation "nowhere"'],
  ])('with a mistake in %s names file, line and who asked', async (_title, text, message) => {
    const error = await errorOf(ask(text, {}, ['two', 'broken']));
    expect(error.code).toBe('QUERY_SQL');
    expect(error.message).toContain(message);
  });

  test('that takes too long says whose it is', async () => {
    const error = await errorOf(ask('SELECT pg_sleep(600)', { timeoutMs: 100 }));
    expect(error.code).toBe('QUERY_TIMEOUT');
    expect(error.message).toBe(
      'reports/daily.yaml:7: report "daily": the statement was cancelled: canceling statement due to statement timeout; make the SQL faster or raise its timeout',
    );
  });

  describe('of several together', () => {
    const part = (name: string, text: string): ReadablePart => ({
      sql: { text, file: `${name}.yaml`, line: 3 },
      reading: 'rows',
      columns: ['n'],
      relations: ['two'],
      shipped: true,
      askedBy: { kind: 'collector', name },
    });
    const drain = async ([stream]: readonly RowStream[]): Promise<void> => {
      while (stream && (await stream.next()).rows.length > 0);
    };
    const together = (...parts: [ReadablePart, ...ReadablePart[]]) =>
      taiga.readTogether([{ parts, timeoutMs: 100 }], {} as never, drain);

    test('with a mistake in one names that', async () => {
      const error = await errorOf(
        together(part('good', 'SELECT n FROM two'), part('bad', 'SELECT m AS n FROM two')),
      );
      expect(error.code).toBe('COLLECTOR_SQL');
      expect(error.message).toMatch(/^bad\.yaml:3: collector "bad": SQL: column "m" does not exist/);
    });

    test('that take too long name them, and are no mistake in the SQL', async () => {
      const slow = ['a', 'b', 'c', 'd'].map((name) => part(name, 'SELECT pg_sleep(600), 1 AS n'));
      const error = await errorOf(together(part('first', 'SELECT n FROM two'), ...slow));
      expect(error.code).toBe('COLLECTOR_TIMEOUT');
      expect(error.message).toMatch(
        /^first\.yaml:3: collector "first", collector "a", collector "b" and 2 others: the statement was cancelled/,
      );
    });
  });

  describe('for several tables', () => {
    const NOTHING = {};
    const table = (text: string, columns: readonly string[], more: Partial<TableQuery> = {}): TableQuery => ({
      ...{ sql: written(text), relations: [], shipped: false, columns, parameters: NOTHING, limit: 10 },
      ...more,
    });
    const tables = (...all: TableQuery[]) => taiga.queryTables({ askedBy: DAILY, tables: all });

    test('gives each its own rows, in the order of its own SQL', async () => {
      const numbers = 'SELECT n, -n AS part FROM generate_series(1, 5) AS n ORDER BY n % 3 DESC, n DESC';
      const [first, second, third] = await tables(
        table(numbers, ['n']),
        table("SELECT 'only' AS word, now() < '2000-01-01' AS is_old", ['is_old', 'word']),
        table(numbers, ['part', 'n'], { limit: 2 }),
      );
      expect(first).toEqual({ rows: [['5'], ['2'], ['4'], ['1'], ['3']], isCut: false });
      expect(second).toEqual({ rows: [['false', 'only']], isCut: false });
      expect(third).toEqual({
        rows: [
          ['-5', '5'],
          ['-2', '2'],
        ],
        isCut: true,
      });
    });

    test('writes cells as a query by itself does', async () => {
      const text = `SELECT '2026-03-01 12:00:00.5+01'::timestamptz AS a, TRUE AS b, 0.10 AS c, 9007199254740993 AS d,
        interval '90 minutes' AS e, ARRAY['x', 'y'] AS f, NULL AS g, '2026-03-01'::date AS h, 1e-7::double precision AS i`;
      const { columns, rows } = await ask(text);
      const [found] = await tables(
        table(
          text,
          columns.map(({ name }) => name),
        ),
      );
      expect(found?.rows).toEqual(rows);
    });

    test('may give other values to the same parameter, and shares relations', async () => {
      const from = (value: number): OwnParameters => ({ from: { type: 'integer', value } });
      const text = 'SELECT n + :from AS n, :taiga_url AS url FROM two ORDER BY n';
      const [june, may] = [from(6), from(5)];
      const found = await tables(
        ...[june, may, june].map((parameters) =>
          table(text, ['n', 'url'], { parameters, relations: ['two'] }),
        ),
      );
      expect(found.map(({ rows }) => rows)).toEqual([
        [
          ['7', ''],
          ['8', ''],
        ],
        [
          ['6', ''],
          ['7', ''],
        ],
        [
          ['7', ''],
          ['8', ''],
        ],
      ]);
    });

    test.each([
      [
        'a column that is not there',
        'SELECT 1 AS n\n',
        ['m'],
        /^reports\/daily\.yaml:7: report "daily": SQL: column c\.m does not exist/,
      ],
      [
        'a mistake',
        'SELECT 1 AS n,\n  nothing AS m',
        ['n'],
        /^reports\/daily\.yaml:8: report "daily": SQL: column "nothing" does not exist/,
      ],
      [
        'an unknown parameter',
        'SELECT :until AS n',
        ['n'],
        /^reports\/daily\.yaml:7: report "daily": unknown parameter :until; known are :now/,
      ],
      [
        'a shared name',
        'SELECT 1 AS n',
        ['n'],
        /:now is the name of a parameter that all SQL shares/,
        { now: { type: 'text', value: 'x' } },
      ],
    ] as const)(
      'says where %s is',
      async (_, text, columns, message, parameters: OwnParameters = NOTHING) => {
        const error = await errorOf(
          tables(table('SELECT 2 AS n', ['n']), table(text, columns, { parameters })),
        );
        expect(error.message).toMatch(message);
      },
    );

    test('asks nothing for nothing', async () => {
      expect(await tables()).toEqual([]);
    });
  });
});
