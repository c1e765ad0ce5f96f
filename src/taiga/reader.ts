import { BugflowError } from '../base/errors.js';
import type { Database, Row, RowStream, TypedColumn } from '../database/database.js';
import { type Asker, queryError } from './asker.js';
import { type Asked, explainMistake, nameTimeout } from './explain-query-error.js';
import { createKnownServer, type KnownServerOptions } from './known-server.js';
import type { OwnParameters, ParameterValues } from './parameters.js';
import { scopesOf, TABLE_COLUMNS } from './sql/compile.js';
import {
  type Compilable,
  type CompilablePart,
  type CompilableTable,
  createCompiler,
} from './sql/compiler.js';
import { type CompiledQuery, type SqlSource, scopedName } from './sql/query-text.js';
import type { RelationLibrary } from './sql/relations.js';

export interface RowSample {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/** A piece of SQL, the relations that it may read, and its asker. */
export interface Readable extends Compilable {
  /** Whether it ships with the service. */
  readonly shipped: boolean;
  readonly timeoutMs: number;
  /** Refuses SQL that does not use `:now`, as it could only tell the present. */
  readonly isAsOf?: boolean;
}

/** One of several pieces of SQL that are read in one query. */
export interface ReadablePart extends CompilablePart, Pick<Readable, 'shipped'> {}

/** Pieces of SQL that are read in one query, so that shared relations are computed once. */
export interface Merged {
  readonly parts: readonly [ReadablePart, ...ReadablePart[]];
  readonly timeoutMs: number;
}

/** Several pieces of SQL of one asker whose rows are read as tables, in one query. */
export interface Tables {
  readonly askedBy: Asker;
  readonly parts: readonly [
    CompilableTable & Pick<Readable, 'shipped'>,
    ...(CompilableTable & Pick<Readable, 'shipped'>)[],
  ];
  readonly timeoutMs: number;
}

/** Streams rows out of Taiga, for the given SQL, relations and values. */
export interface Reader {
  /** The database's generation: it grows when reads move to another server. */
  generation(): number;
  /** Which of these tables and columns the database lacks. @throws BugflowError */
  lacking(names: readonly string[]): Promise<readonly string[]>;
  /** Passes the rows on in batches, at least one. Resolves to the database's time in milliseconds. @throws BugflowError */
  read(
    readable: Readable,
    values: ParameterValues,
    onBatch: (columns: readonly TypedColumn[], rows: readonly Row[]) => void,
  ): Promise<number>;
  /**
   * Runs several queries at once on one snapshot of the database, within `limitMs` in all. Their rows begin with
   * MERGED_COLUMNS. @throws BugflowError
   */
  readTogether(
    merged: readonly Merged[],
    values: ParameterValues,
    consume: (streams: readonly RowStream[]) => Promise<void>,
    limitMs?: number,
  ): Promise<void>;
  /** Passes on the rows of each part, in their order; the parts one after the other. @throws BugflowError */
  readTables(tables: Tables, values: ParameterValues, onRow: (part: number, row: Row) => void): Promise<void>;
  /** Reads all rows of a relation. @throws BugflowError */
  readRelation(name: string, values: ParameterValues): Promise<RowSample>;
}

/** Reading everything goes through all of history: a minute for a million rows, more on a busy machine. */
export const RELATION_TIMEOUT_MS = 5 * 60_000;

export function createReader(
  database: Database,
  relations: RelationLibrary,
  options: KnownServerOptions = {},
): Reader {
  const server = createKnownServer(database, options);
  const compiler = createCompiler(relations);
  const relationSql = createRelationSql();

  /** @throws BugflowError when the SQL is the team's own and the role could read files of the server */
  const assertHarmless = async ({ sql, shipped }: Pick<Readable, 'sql' | 'shipped'>): Promise<void> => {
    if (shipped || (await server.facts()).fileRights === undefined) return;
    // The rights may have been fixed since.
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
    const { schema } = await server.facts();
    const query = compiler.compile(readable, schema.has);
    if (readable.isAsOf && !query.parameters.includes('now')) throw knowsThePresentOnly(readable);
    return query;
  };
  const compileParts = async ({ parts }: Merged): Promise<CompiledQuery> => {
    for (const part of parts) await assertHarmless(part);
    const { schema } = await server.facts();
    return compiler.compileMerged(parts, schema.has);
  };
  /** The time zone has two readers, PostgreSQL and Node.js. */
  const bindChecked = async (
    names: readonly string[],
    values: ParameterValues,
    own?: OwnParameters,
  ): Promise<unknown[]> => {
    if (names.includes('time_zone')) await server.checkTimeZone(String(values.time_zone));
    return bind(names, values, own);
  };
  const explain = (error: unknown, query: CompiledQuery, asked: readonly Asked[]): unknown => {
    const mistake = explainMistake(error, query, asked);
    // A missing table may come from an upgrade of Taiga.
    if (mistake) server.forget();
    return mistake ?? error;
  };

  const reader: Reader = {
    generation: () => database.generation(),

    async lacking(names) {
      if (names.length === 0) return [];
      const { schema } = await server.facts();
      return names.filter((name) => !schema.has(name));
    },

    async read(readable, values, onBatch) {
      const query = await compile(readable);
      const { text, parameters } = query;
      const bound = await bindChecked(parameters, values, readable.parameters);
      try {
        return await database.read({ text, values: bound, timeoutMs: readable.timeoutMs }, onBatch);
      } catch (error) {
        throw nameTimeout(explain(error, query, [readable]), [readable]);
      }
    },

    async readTogether(merged, values, consume, limitMs) {
      const queries: {
        readonly compiled: CompiledQuery;
        readonly bound: unknown[];
        readonly asked: Merged;
      }[] = [];
      for (const asked of merged) {
        const compiled = await compileParts(asked);
        queries.push({ compiled, bound: await bindChecked(compiled.parameters, values), asked });
      }
      let failed: Merged | undefined;
      try {
        await database.readTogether(
          queries.map(({ compiled: { text }, bound, asked: { timeoutMs } }) => ({
            text,
            values: bound,
            timeoutMs,
          })),
          consume,
          (error, i) => {
            const query = queries[i];
            failed = query?.asked;
            return query ? explain(error, query.compiled, query.asked.parts) : error;
          },
          limitMs,
        );
      } catch (error) {
        throw nameTimeout(error, failed?.parts ?? merged.flatMap(({ parts }) => parts));
      }
    },

    async readTables({ askedBy, parts, timeoutMs }, values, onRow) {
      for (const part of parts) await assertHarmless(part);
      const { schema } = await server.facts();
      const query = compiler.compileTables(parts, askedBy, schema.has);
      const own = Object.fromEntries(
        scopesOf(parts).flatMap((parameters, scope) =>
          Object.entries(parameters).map(([name, parameter]) => [scopedName(name, scope), parameter]),
        ),
      );
      const asked = parts.map(({ sql }) => ({ sql, askedBy }));
      const bound = await bindChecked(query.parameters, values, own);
      try {
        await database.read({ text: query.text, values: bound, timeoutMs }, (_columns, rows) => {
          for (const row of rows) {
            const part = Number(row[0]);
            // Behind its own columns, a part has those of wider ones.
            const width = parts[part]?.columns.length ?? 0;
            onRow(part, row.slice(TABLE_COLUMNS.length, TABLE_COLUMNS.length + width));
          }
        });
      } catch (error) {
        throw nameTimeout(explain(error, query, asked), asked);
      }
    },

    async readRelation(name, values) {
      const rows: Row[] = [];
      let columnNames: string[] = [];
      await reader.read(
        {
          sql: relationSql(name),
          shipped: true,
          relations: [name],
          askedBy: { kind: 'relation', name },
          timeoutMs: RELATION_TIMEOUT_MS,
        },
        values,
        (columns, batch) => {
          columnNames = columns.map((column) => column.name);
          for (const row of batch) rows.push(row);
        },
      );
      return { columns: columnNames, rows };
    },
  };
  return reader;
}

/** The SQL that reads a whole relation: the same object for each name, so that it is compiled once. */
export function createRelationSql(): (name: string) => SqlSource {
  const known = new Map<string, SqlSource>();
  return (name) => {
    const sql = known.get(name) ?? { text: `SELECT * FROM ${name}`, file: name, line: 1 };
    known.set(name, sql);
    return sql;
  };
}

function bind(names: readonly string[], values: ParameterValues, own: OwnParameters = {}): unknown[] {
  const shared: Readonly<Record<string, unknown>> = values;
  return names.map((name) => (Object.hasOwn(own, name) ? own[name]?.value : shared[name]));
}

function knowsThePresentOnly({ askedBy, sql }: { askedBy: Asker; sql: SqlSource }): BugflowError {
  return queryError(
    'invalid',
    askedBy,
    'neither this SQL nor its relations use :now, so the answer would be that of today; leave the time out, or use :now in the SQL',
    { place: { file: sql.file, line: sql.line } },
  );
}
