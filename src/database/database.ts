import type { DatabaseConfig } from '../config/database-section.js';
import type { ServerHost } from '../config/server-hosts.js';
import type { ColumnType } from './column-types.js';
import { type Connection, connect, type StreamFactory } from './connect.js';
import { createPool } from './pool.js';
import { openStream, readBatches } from './row-streams.js';
import { createTransactions } from './transaction.js';

export interface Column {
  readonly name: string;
}

export interface TypedColumn extends Column {
  readonly type: ColumnType;
}

/** Cells are text as PostgreSQL writes it (booleans as `true` and `false`); NULL is null. */
export type Row = readonly (string | null)[];

export interface Query {
  readonly text: string;
  readonly values: readonly unknown[];
  readonly timeoutMs: number;
}

export interface Database {
  /**
   * Runs one query in a transaction in which PostgreSQL refuses to write, and passes its rows on in batches: at least one,
   * which may be empty but names the columns. When the consumer throws, the query is stopped.
   * Resolves to the milliseconds spent in the database.
   * @throws BugflowError when a person can fix it; pg's own error for a mistake in the SQL
   */
  read(
    query: Query,
    onBatch: (columns: readonly TypedColumn[], rows: readonly Row[]) => void,
  ): Promise<number>;
  /**
   * Runs several queries at once on one snapshot, in a transaction as above. `explain` may replace the error of the query
   * with that index; an error that it returns unchanged is explained here. Everything must be done within `limitMs`.
   */
  readTogether(
    queries: readonly Query[],
    consume: (streams: readonly RowStream[]) => Promise<void>,
    explain: (error: unknown, index: number) => unknown,
    limitMs?: number,
  ): Promise<void>;
  /**
   * Grows when reads move to another server. What was learned from the old one, such as transaction ids, is meaningless
   * on the new one.
   */
  generation(): number;
  close(): Promise<void>;
}

/** The rows of one of several queries that are read at once. */
export interface RowStream {
  /** The next batch of rows; empty when all have been read. */
  next(): Promise<{ readonly columns: readonly Column[]; readonly rows: readonly Row[] }>;
}

export interface DatabaseOptions {
  /** Called with errors of idle connections, for the log. */
  readonly onIdleError: (error: Error) => void;
  /** Makes the stream that each connection uses in place of a TCP socket. */
  readonly stream?: StreamFactory | undefined;
  /** Replaces the host of the URL. */
  readonly server?: ServerHost | undefined;
}

export function createDatabase(
  config: DatabaseConfig,
  { onIdleError, stream, server }: DatabaseOptions,
): Database {
  const open = (): Promise<Connection> => connect(config, { stream, server });
  const pool = createPool({ size: config.poolSize, open, onIdleError });
  const runTransaction = createTransactions({ config, pool, open });

  return {
    read: (query, onBatch) => {
      const { timeoutMs } = query;
      const { idleTimeoutMs } = config;
      return runTransaction({ isolation: 'READ COMMITTED', timeoutMs, idleTimeoutMs }, async (client) => {
        const startedAt = performance.now();
        await readBatches(client, query, onBatch);
        return performance.now() - startedAt;
      });
    },

    readTogether: (queries, consume, explain, limitMs) => {
      const timeoutMs = Math.max(...queries.map((query) => query.timeoutMs));
      return runTransaction(
        // No idle timeout: the consumer may be slow between two batches.
        { isolation: 'REPEATABLE READ', timeoutMs, idleTimeoutMs: 0, limitMs },
        async (client, heard) => {
          await client.query("SELECT set_config('cursor_tuple_fraction', '1', true)");
          const streams: RowStream[] = [];
          for (const [i, query] of queries.entries()) {
            streams.push(await openStream(client, query, i, heard, explain));
          }
          await consume(streams);
        },
      );
    },

    generation: () => 0,
    close: () => pool.close(),
  };
}
