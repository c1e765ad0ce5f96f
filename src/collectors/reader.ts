import pg from 'pg';
import type { Column, Database, Row, RowStream } from '../database/database.js';
import { BugflowError } from '../errors.js';
import { createKnownServer, type KnownServerOptions } from './known-server.js';
import type { ParameterValues } from './parameters.js';
import { type CompiledQuery, compileQuery, type Frame, mentioned, type SqlSource } from './sql/compile.js';
import type { RelationLibrary } from './sql/relations.js';

export interface RowSample {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/** A piece of SQL with the relations that it may read. */
export interface Readable {
  readonly sql: SqlSource;
  /** Whether it came with the service. */
  readonly shipped: boolean;
  readonly relations: readonly string[];
  readonly timeoutMs: number;
  /** `rows` when absent. */
  readonly frame?: Frame;
}

/** Runs collectors' SQL and relations on the database. */
export interface Reader {
  /** The database's: grows when another server is read. */
  generation(): number;
  /** Which of these tables and columns the database lacks. @throws BugflowError */
  lacking(names: readonly string[]): Promise<readonly string[]>;
  /** Hands over the rows in batches, at least one. Resolves to the milliseconds spent in the database. @throws BugflowError */
  read(
    readable: Readable,
    values: ParameterValues,
    onBatch: (columns: readonly Column[], rows: readonly Row[]) => void,
  ): Promise<number>;
  /** Reads several side by side, on one snapshot of the database, and within `limitMs` in all. @throws BugflowError */
  readTogether(
    readables: readonly Readable[],
    values: ParameterValues,
    consume: (streams: readonly RowStream[]) => Promise<void>,
    limitMs?: number,
  ): Promise<void>;
  /** All rows of a relation. @throws BugflowError */
  readRelation(name: string, values: ParameterValues): Promise<RowSample>;
}

/** Those of everything read all of history: at a million rows in a minute, on a busy machine in more. */
const RELATION_TIMEOUT_MS = 5 * 60_000;

export function createReader(
  database: Database,
  relations: RelationLibrary,
  options: KnownServerOptions = {},
): Reader {
  const server = createKnownServer(database, options);

  /** @throws BugflowError when the SQL is the team's own and the role could read files of the server */
  const assertHarmless = async ({ sql, shipped }: Readable): Promise<void> => {
    if (shipped || (await server.facts()).fileRights === undefined) return;
    // It may have been fixed since.
    server.forget();
    const { fileRights } = await server.facts();
    if (fileRights === undefined) return;
    throw new BugflowError(
      'DATABASE_PRIVILEGES',
      `${fileRights}, so this SQL could read files of the database server; make a role as in docs/database.md, or set database.allow_superuser: true if you trust all your collectors`,
      { place: sql },
    );
  };
  const compile = async (readable: Readable): Promise<CompiledQuery> => {
    await assertHarmless(readable);
    const { sql, relations: names, frame } = readable;
    const { schema } = await server.facts();
    return compileQuery(sql, relations.resolve(mentioned(names, sql), schema.has), frame);
  };
  const bind = (query: CompiledQuery, values: ParameterValues): unknown[] =>
    query.parameters.map((name) => values[name]);

  const reader: Reader = {
    generation: () => database.generation(),

    async lacking(names) {
      if (names.length === 0) return [];
      const { schema } = await server.facts();
      return names.filter((name) => !schema.has(name));
    },

    async read(readable, values, onBatch) {
      const query = await compile(readable);
      try {
        return await database.read(
          { text: query.text, values: bind(query, values), timeoutMs: readable.timeoutMs },
          onBatch,
        );
      } catch (error) {
        if (!(error instanceof pg.DatabaseError)) throw error;
        server.forget();
        throw explainSqlError(error, query);
      }
    },

    async readTogether(readables, values, consume, limitMs) {
      const queries: CompiledQuery[] = [];
      for (const readable of readables) queries.push(await compile(readable));
      await database.readTogether(
        queries.map((query, i) => ({
          text: query.text,
          values: bind(query, values),
          timeoutMs: readables[i]?.timeoutMs ?? RELATION_TIMEOUT_MS,
        })),
        consume,
        (error, i) => {
          const query = queries[i];
          return error instanceof pg.DatabaseError && query ? explainSqlError(error, query) : error;
        },
        limitMs,
      );
    },

    async readRelation(name, values) {
      const rows: Row[] = [];
      let columnNames: string[] = [];
      const sql = { text: `SELECT * FROM ${name}`, file: name, line: 1 };
      await reader.read(
        { sql, shipped: true, relations: [name], timeoutMs: RELATION_TIMEOUT_MS },
        values,
        (columns, batch) => {
          columnNames = columns.map((column) => column.name);
          rows.push(...batch);
        },
      );
      return { columns: columnNames, rows };
    },
  };
  return reader;
}

/** PostgreSQL's word on a mistake in the SQL, with the file and line where a person finds it. */
function explainSqlError(error: pg.DatabaseError, query: CompiledQuery): BugflowError {
  const position = Number(error.position);
  const place = query.locate(Number.isInteger(position) && position > 0 ? position : query.text.length);
  const hint = error.hint ? ` (${error.hint})` : '';
  return new BugflowError('COLLECTOR_SQL', `SQL: ${error.message}${hint}`, { place, cause: error });
}
