import pg from 'pg';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { readOnce } from '../../src/collectors/reading.js';
import type { Database, Query, Row, TypedColumn } from '../../src/database/database.js';
import type { ParameterValues } from '../../src/taiga/parameters.js';
import { createReader } from '../../src/taiga/reader.js';
import { describeMissing, REQUIRED_TABLES } from '../../src/taiga/schema.js';
import type { RelationLibrary } from '../../src/taiga/sql/relations.js';
import { collector, errorOf } from '../unit/helpers.js';

const NO_RELATIONS: RelationLibrary = { resolve: () => [], has: () => false };
const BATCH = 1000;

function text(name: string): TypedColumn {
  return { name, type: 'text' };
}

const VALUES: ParameterValues = {
  now: '2026-03-01T12:00:00Z',
  keys: null,
  time_zone: 'UTC',
  projects_include: ['%'],
  projects_exclude: [],
  workflow: '[]',
  statuses: '[]',
  transitions: '[]',
  thresholds: '[]',
  disabled_alerts: '[]',
  bugs: [],
  critical: [],
  stale_after: '1 day',
  untriaged_after: '1 day',
  sle: '{}',
  attention_items: 10,
  people: 'full_name',
  subjects: true,
  taiga_url: '',
};

interface FakeDatabase extends Database {
  /** Tables with their columns besides the required ones. */
  readonly more: [table: string, column: string][];
  /** How often it was asked what it has. */
  readonly schemaReads: () => number;
  readonly queries: Query[];
  /** Rows that were handed over to collectors. */
  readonly delivered: () => number;
}

/** Has all of Taiga's tables; answers every other query with `rows`, in batches. */
function fakeDatabase(
  columns: readonly TypedColumn[],
  rows: Iterable<Row>,
  failure?: () => Error,
  fileRights: readonly Row[] = [],
): FakeDatabase {
  const queries: Query[] = [];
  let delivered = 0;
  let schemaReads = 0;
  const more: [string, string][] = [];
  return {
    queries,
    more,
    schemaReads: () => schemaReads,
    delivered: () => delivered,
    async read(query, onBatch) {
      if (query.text.includes('pg_class')) {
        schemaReads += 1;
        onBatch(
          [text('relname'), text('attname')],
          [...REQUIRED_TABLES.map((name): Row => [name, 'id']), ...more],
        );
        return 1;
      }
      if (query.text.includes('pg_has_role')) {
        onBatch([], fileRights);
        return 1;
      }
      queries.push(query);
      if (failure) throw failure();
      let batch: Row[] = [];
      const flush = (): void => {
        delivered += batch.length;
        onBatch(columns, batch);
        batch = [];
      };
      for (const row of rows) {
        batch.push(row);
        if (batch.length === BATCH) flush();
      }
      flush();
      return 7;
    },
    readTogether: async () => undefined,
    generation: () => 0,
    close: async () => undefined,
  };
}

const COLUMNS = [text('project'), text('items')];

function* manyRows(count: number): Iterable<Row> {
  for (let i = 0; i < count; i++) yield [`p${i}`, String(i)];
}

describe('a reading', () => {
  test('has families, the number of rows, a sample, and the time in the database', async () => {
    const database = fakeDatabase(COLUMNS, manyRows(2500));
    const reader = createReader(database, NO_RELATIONS);
    const reading = await readOnce(reader, collector(), VALUES);
    expect(reading.rowCount).toBe(2500);
    expect(reading.sample.columns).toEqual(['project', 'items']);
    expect(reading.sample.rows).toEqual([...manyRows(10)]);
    expect(reading.databaseMs).toBe(7);
    expect(reading.families).toHaveLength(1);
  });

  test('binds the values of the parameters, in their order, and the timeout', async () => {
    const database = fakeDatabase(COLUMNS, []);
    const now = { text: 'SELECT :people AS project, :now - :now AS items', file: 'x.yaml', line: 1 };
    await readOnce(createReader(database, NO_RELATIONS), collector({ now, timeoutMs: 1234 }), VALUES);
    expect(database.queries).toMatchObject([
      { values: ['full_name', '2026-03-01T12:00:00Z'], timeoutMs: 1234 },
    ]);
  });

  test('of 100,000 rows where 5,000 are allowed ends soon after the limit', async () => {
    const database = fakeDatabase(COLUMNS, manyRows(100_000));
    const reader = createReader(database, NO_RELATIONS, { allowSuperuser: true });
    const error = await errorOf(readOnce(reader, collector({ shipped: false, maxSeries: 5000 }), VALUES));
    expect(error.code).toBe('COLLECTOR_TOO_MANY_SERIES');
    expect(database.delivered()).toBeLessThanOrEqual(5000 + BATCH);
  });

  test('of 100,000 rows is complete where they are allowed', async () => {
    const database = fakeDatabase(COLUMNS, manyRows(100_000));
    const reader = createReader(database, NO_RELATIONS);
    const { families, rowCount } = await readOnce(reader, collector({ maxSeries: 100_000 }), VALUES);
    const [family] = families;
    expect(rowCount).toBe(100_000);
    expect(family && 'values' in family && family.values.size).toBe(100_000);
  });
});

describe('a mistake in the SQL', () => {
  function syntaxError(position: string | undefined, hint?: string): Error {
    const error = new pg.DatabaseError('column "itmes" does not exist', 100, 'error');
    error.position = position;
    error.hint = hint;
    return error;
  }
  const now = {
    text: 'SELECT project,\n  itmes AS items\nFROM somewhere',
    file: '/etc/bugflow/items.yaml',
    line: 10,
  };
  const position = String('WITH collector AS (\nSELECT project,\n  i'.length);

  test('is told with file, line and hint', async () => {
    const database = fakeDatabase(COLUMNS, [], () => syntaxError(position, 'Perhaps you meant "items".'));
    const error = await errorOf(readOnce(createReader(database, NO_RELATIONS), collector({ now }), VALUES));
    expect(error.code).toBe('COLLECTOR_SQL');
    expect(error.message).toBe(
      '/etc/bugflow/items.yaml:11: collector "items": SQL: column "itmes" does not exist (Perhaps you meant "items".)',
    );
  });

  test('without a position it is told with the last line', async () => {
    const database = fakeDatabase(COLUMNS, [], () => syntaxError(undefined));
    const error = await errorOf(readOnce(createReader(database, NO_RELATIONS), collector({ now }), VALUES));
    expect(error.message).toBe(
      '/etc/bugflow/items.yaml:12: collector "items": SQL: column "itmes" does not exist',
    );
  });
});

describe('what the database lacks', () => {
  test('is said of tables and columns, and asked once', async () => {
    const database = fakeDatabase(COLUMNS, []);
    database.more.push(['projects_swimlane', 'name']);
    const reader = createReader(database, NO_RELATIONS);
    const asked = ['tasks_task', 'tasks_task.id', 'tasks_task.lane', 'projects_swimlane.name', 'lanes'];
    const answers = await Promise.all([reader.lacking(asked), reader.lacking(asked)]);
    expect(answers).toEqual(new Array(2).fill(['tasks_task.lane', 'lanes']));
    expect(database.schemaReads()).toBe(1);
  });

  test('costs nothing where nothing is required', async () => {
    const database = fakeDatabase(COLUMNS, []);
    expect(await createReader(database, NO_RELATIONS).lacking([])).toEqual([]);
    expect(database.schemaReads()).toBe(0);
  });

  test('is asked again a minute later, and after an error that a migration could explain', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    let failure: Error | undefined;
    const database = fakeDatabase(COLUMNS, [], () => failure ?? new Error('not to be asked'));
    const reader = createReader(database, NO_RELATIONS);
    expect(await reader.lacking(['lanes'])).toEqual(['lanes']);
    database.more.push(['lanes', 'id']);
    expect(await reader.lacking(['lanes'])).toEqual(['lanes']);
    vi.advanceTimersByTime(61_000);
    expect(await reader.lacking(['lanes'])).toEqual([]);

    database.more.length = 0;
    failure = new pg.DatabaseError('relation "lanes" does not exist', 0, 'error');
    await errorOf(readOnce(reader, collector(), VALUES));
    expect(await reader.lacking(['lanes'])).toEqual(['lanes']);
  });

  test.each([
    [['projects_swimlane'], 'needs projects_swimlane, which this Taiga (before 6.0) does not have'],
    [
      ['projects_swimlane', 'projects_project.archived_code'],
      'needs projects_swimlane, projects_project.archived_code, which this Taiga (before 6.10) does not have',
    ],
    [['projects_swimlane.name'], 'needs projects_swimlane.name, which this Taiga (before 6.0) does not have'],
    [['our_table'], 'needs our_table, which this Taiga does not have'],
  ])('%j is told with the version', (missing, words) => {
    expect(describeMissing(missing)).toBe(words);
  });
});

describe('a role that could read files of the server', () => {
  const SUPERUSER: Row[] = [
    ['postgres', 'role', 'pg_read_server_files', 'false'],
    ['postgres', 'role', 'postgres', 'true'],
  ];
  const own = collector({ shipped: false });

  test("runs what is shipped, not what is the team's own, and is told of once", async () => {
    const rights: Row[] = [...SUPERUSER];
    const database = fakeDatabase(COLUMNS, [], undefined, rights);
    const told: string[] = [];
    const reader = createReader(database, NO_RELATIONS, { onFileRights: (text) => told.push(text) });
    await readOnce(reader, collector(), VALUES);
    for (let i = 0; i < 2; i++) {
      const error = await errorOf(readOnce(reader, own, VALUES));
      expect(error.code).toBe('DATABASE_PRIVILEGES');
      expect(error.message).toMatch(
        /^\/etc\/bugflow\/items\.yaml:\d+: the role "postgres" is a superuser, so /,
      );
    }
    await readOnce(reader, collector(), VALUES);
    expect(told).toEqual(['the role "postgres" is a superuser']);
    // As soon as it is fixed.
    rights.length = 0;
    await readOnce(reader, own, VALUES);
    expect(database.queries).toHaveLength(3);
  });

  test('may be allowed to', async () => {
    const told: string[] = [];
    const reader = createReader(fakeDatabase(COLUMNS, [], undefined, SUPERUSER), NO_RELATIONS, {
      allowSuperuser: true,
      onFileRights: (text) => told.push(text),
    });
    await readOnce(reader, own, VALUES);
    expect(told).toEqual([]);
  });
});
