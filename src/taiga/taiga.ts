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
import type { SqlSource } from './sql/compile.js';
import type { RelationLibrary } from './sql/relations.js';

/** A question with an answer small enough to be held in memory. */
export interface Query {
  /** Errors name it. */
  readonly askedBy: Asker;
  /** Either a relation as a whole, or SQL with the relations that it reads. */
  readonly from: { readonly relation: string } | Pick<Readable, 'sql' | 'relations' | 'shipped'>;
  /** What its SQL binds beside the shared parameters. */
  readonly parameters?: OwnParameters;
  /**
   * `:now`; when absent, now. SQL that does not heed `:now` is refused, as it would answer with today's rows.
   */
  readonly at?: Date;
  /** Rows; what there is beyond is left out, and `isCut` says so. */
  readonly limit?: number;
  readonly timeoutMs?: number;
}

export interface Answer {
  readonly columns: readonly TypedColumn[];
  /** Cells are text, as PostgreSQL writes it: times with the zone UTC, booleans `true` or `false`; NULL is null. */
  readonly rows: readonly Row[];
  /** Whether there were more rows than the limit. */
  readonly isCut: boolean;
}

/** Asks Taiga, for every part that wants to know something of it. */
export interface Taiga extends Reader {
  /** @throws BugflowError that names the file, the line and who asked. */
  query(query: Query): Promise<Answer>;
}

export interface TaigaOptions extends KnownServerOptions {
  readonly database: Database;
  readonly relations: RelationLibrary;
  /** The shared parameters for an answer as of this moment. */
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
    async query(query) {
      const { askedBy, parameters, at, limit = DEFAULT_LIMIT, timeoutMs = RELATION_TIMEOUT_MS } = query;
      const readable: Readable = {
        ...sourceOf(query),
        askedBy,
        timeoutMs,
        // One more, which tells whether there are more.
        limit: limit + 1,
        isAsOf: at !== undefined,
        ...(parameters && { parameters }),
      };
      const rows: Row[] = [];
      let columns: readonly TypedColumn[] = [];
      await reader.read(readable, values(at ?? new Date()), (found, batch) => {
        columns = found;
        for (const row of batch) rows.push(row);
      });
      return { columns, rows: rows.slice(0, limit), isCut: rows.length > limit };
    },
  };
}
