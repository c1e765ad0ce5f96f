import type { Database, Row, TypedColumn } from '../database/database.js';
import { type Asker, queryError } from './asker.js';
import type { KnownServerOptions } from './known-server.js';
import type { OwnParameters, ParameterValues } from './parameters.js';
import {
  createReader,
  createRelationSql,
  RELATION_TIMEOUT_MS,
  type Readable,
  type Reader,
} from './reader.js';
import type { SqlSource } from './sql/query-text.js';
import type { RelationLibrary } from './sql/relations.js';

/** A query whose answer is small enough for memory. */
export interface Query {
  /** Named in errors. */
  readonly askedBy: Asker;
  /** A whole relation, or SQL with the relations that it uses. */
  readonly from: { readonly relation: string } | Pick<Readable, 'sql' | 'relations' | 'shipped'>;
  /** The SQL's parameters in addition to the shared ones. */
  readonly parameters?: OwnParameters;
  /**
   * The value of `:now`; default: the current time. SQL that does not use `:now` is refused, as its answer would be today's.
   */
  readonly at?: Date;
  /** Restricts what SQL reads of history to the items with these history keys; default: all. */
  readonly keys?: readonly string[];
  /** The most rows to return; `isCut` says whether there were more. */
  readonly limit?: number;
  readonly timeoutMs?: number;
}

export interface Answer {
  readonly columns: readonly TypedColumn[];
  /** Cells are text as PostgreSQL writes it: times in UTC, booleans `true` or `false`; NULL is null. */
  readonly rows: readonly Row[];
  /** Whether there were more rows than the limit. */
  readonly isCut: boolean;
}

/** Several queries of one asker. Relations that they share are computed once. */
export interface TablesQuery extends Pick<Query, 'askedBy' | 'keys' | 'timeoutMs'> {
  readonly tables: readonly TableQuery[];
}

export interface TableQuery extends Pick<Readable, 'sql' | 'relations' | 'shipped'> {
  /** Those of the SQL's columns that are wanted. */
  readonly columns: readonly string[];
  /** As in {@link Query}; tables with the same object share its parameters. */
  readonly parameters: OwnParameters;
  readonly limit: number;
}

/** Rows have the wanted columns, in their order; cells and `isCut` are as in {@link Answer}. */
export type Table = Pick<Answer, 'rows' | 'isCut'>;

/** Asks Taiga, for every part that needs its data. */
export interface Taiga extends Reader {
  /** A table for each query. @throws BugflowError that names the file, the line and the asker */
  queryTables(query: TablesQuery): Promise<readonly Table[]>;
  /** @throws BugflowError that names the file, the line and the asker */
  query(query: Query): Promise<Answer>;
}

export interface TaigaOptions extends KnownServerOptions {
  readonly database: Database;
  readonly relations: RelationLibrary;
  /** The values of the shared parameters as of this moment. */
  readonly values: (at: Date) => ParameterValues;
}

const DEFAULT_LIMIT = 10_000;

export function createTaiga({ database, relations, values, ...options }: TaigaOptions): Taiga {
  const reader = createReader(database, relations, options);
  const relationSql = createRelationSql();

  const sourceOf = ({
    from,
    askedBy,
  }: Query): { sql: SqlSource; relations: readonly string[]; shipped: boolean } => {
    if (!('relation' in from)) return from;
    const { relation } = from;
    if (!relations.has(relation))
      throw queryError(
        'invalid',
        askedBy,
        `unknown relation "${relation}"; see the files in metrics/relations`,
        {},
      );
    return { sql: relationSql(relation), relations: [relation], shipped: true };
  };

  return {
    ...reader,
    async queryTables({ askedBy, tables, keys, timeoutMs = RELATION_TIMEOUT_MS }) {
      // One more row shows whether there are more.
      const [first, ...others] = tables.map((table) => ({ ...table, limit: table.limit + 1 }));
      if (!first) return [];
      const rows = tables.map((): Row[] => []);
      const bound = { ...values(new Date()), ...(keys && { keys }) };
      await reader.readTables({ askedBy, parts: [first, ...others], timeoutMs }, bound, (part, row) =>
        rows[part]?.push(row),
      );
      return tables.map(({ limit }, i) => {
        const all = rows[i] ?? [];
        return { rows: all.slice(0, limit), isCut: all.length > limit };
      });
    },
    async query(query) {
      const { askedBy, parameters, at, keys, limit = DEFAULT_LIMIT, timeoutMs = RELATION_TIMEOUT_MS } = query;
      const readable: Readable = {
        ...sourceOf(query),
        askedBy,
        timeoutMs,
        // One more row shows whether there are more.
        limit: limit + 1,
        isAsOf: at !== undefined,
        ...(parameters && { parameters }),
      };
      const rows: Row[] = [];
      let columns: readonly TypedColumn[] = [];
      const bound = { ...values(at ?? new Date()), ...(keys && { keys }) };
      await reader.read(readable, bound, (found, batch) => {
        columns = found;
        for (const row of batch) rows.push(row);
      });
      return { columns, rows: rows.slice(0, limit), isCut: rows.length > limit };
    },
  };
}
