import pg from 'pg';
import type { Column, Database, Row, RowStream } from '../database/database.js';
import { BugflowError } from '../errors.js';
import { createKnownServer, type KnownServerOptions } from './known-server.js';
import type { ParameterValues } from './parameters.js';
import {
  type CompiledQuery,
  compileMerged,
  compileQuery,
  type Frame,
  type MergedPart,
  mentioned,
  type SqlSource,
} from './sql/compile.js';
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

/** One of several pieces of SQL that are read as one query. */
export interface ReadablePart extends MergedPart, Pick<Readable, 'shipped' | 'relations'> {}

/** Pieces of SQL that are read as one query, which computes what they read of the relations once. */
export interface Merged {
  readonly parts: readonly [ReadablePart, ...ReadablePart[]];
  readonly timeoutMs: number;
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
  /**
   * Reads several queries side by side, on one snapshot of the database, and within `limitMs` in all. Their rows begin
   * with MERGED_COLUMNS. @throws BugflowError
   */
  readTogether(
    merged: readonly Merged[],
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
  const assertHarmless = async ({ sql, shipped }: Pick<Readable, 'sql' | 'shipped'>): Promise<void> => {
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
  const compileParts = async ({ parts }: Merged): Promise<CompiledQuery> => {
    for (const part of parts) await assertHarmless(part);
    const { schema } = await server.facts();
    const names = new Set(parts.flatMap(({ relations: read, sql }) => mentioned(read, sql)));
    return compileMerged(parts, relations.resolve([...names], schema.has));
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

    async readTogether(merged, values, consume, limitMs) {
      const queries: CompiledQuery[] = [];
      for (const each of merged) queries.push(await compileParts(each));
      await database.readTogether(
        queries.map((query, i) => ({
          text: query.text,
          values: bind(query, values),
          timeoutMs: merged[i]?.timeoutMs ?? RELATION_TIMEOUT_MS,
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
