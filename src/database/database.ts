import type pg from 'pg';
import type { DatabaseConfig } from '../config/database-section.js';
import { BugflowError } from '../errors.js';
import { connect, cut, type StreamFactory } from './connect.js';
import { explainDatabaseError } from './explain-error.js';
import { createPool } from './pool.js';
import { openStream, readBatches } from './row-streams.js';

export interface Column {
  readonly name: string;
}

/** Cells as text, as PostgreSQL writes them (booleans as `true` and `false`); NULL is null. */
export type Row = readonly (string | null)[];

export interface Query {
  readonly text: string;
  readonly values: readonly unknown[];
  readonly timeoutMs: number;
}

export interface Database {
  /**
   * Runs one query in a transaction that PostgreSQL itself keeps from writing, and hands over its rows in batches,
   * at least one (which may be empty, but names the columns). When the consumer throws, the query is given up.
   * Resolves to the milliseconds spent in the database.
   * @throws BugflowError for what a person can mend; pg's own error for a mistake in the SQL.
   */
  read(query: Query, onBatch: (columns: readonly Column[], rows: readonly Row[]) => void): Promise<number>;
  /**
   * Runs several queries side by side on one snapshot, in a transaction as above. `explain` puts an error of the
   * query with that index into words.
   */
  readTogether(
    queries: readonly Query[],
    consume: (streams: readonly RowStream[]) => Promise<void>,
    explain: (error: unknown, index: number) => unknown,
  ): Promise<void>;
  close(): Promise<void>;
}

/** The rows of one of several queries that are read side by side. */
export interface RowStream {
  /** The next rows; none when all have been read. */
  next(): Promise<{ readonly columns: readonly Column[]; readonly rows: readonly Row[] }>;
}

/** How long after the server's own timeout the connection is given up for lost. */
const GRACE_MS = 2000;

export interface DatabaseOptions {
  /** Told of connections that broke while idle, for the log. */
  readonly onIdleError: (error: Error) => void;
  /** Makes what each connection uses instead of a TCP socket of its own. */
  readonly stream?: StreamFactory | undefined;
}

export function createDatabase(config: DatabaseConfig, { onIdleError, stream }: DatabaseOptions): Database {
  const pool = createPool({
    size: config.poolSize,
    open: () => connect(config, stream),
    onIdleError,
  });

  /** Lends a connection for one transaction. The guard gives it up when nothing is heard from it for too long. */
  const withConnection = async <T>(
    silenceLimitMs: number,
    work: (client: pg.Client, heard: () => void) => Promise<T>,
  ): Promise<T> => {
    const connection = await pool.acquire();
    const { client, target } = connection;
    let broken: Error | undefined;
    let giveUp: (error: Error) => void = () => undefined;
    // When a connection goes, pg can leave a query without any answer: so whoever waits, waits for this, too.
    const lost = new Promise<never>((_resolve, reject) => {
      giveUp = (error) => {
        broken ??= error;
        reject(broken);
      };
    });
    const guard = setTimeout(() => {
      const silence = new BugflowError(
        'DATABASE_UNREACHABLE',
        `no answer from the database within ${silenceLimitMs} ms; the connection was given up`,
      );
      giveUp(silence);
      // PostgreSQL's own timeout cannot be heard on a network that went silent.
      cut(client, silence);
    }, silenceLimitMs + GRACE_MS);
    client.on('error', giveUp);
    try {
      const result = await Promise.race([work(client, () => guard.refresh()), lost]);
      // Not COMMIT: there is nothing to keep, and settings that the query changed are undone.
      await Promise.race([client.query('ROLLBACK'), lost]);
      return result;
    } catch (error) {
      if (!broken) await Promise.race([client.query('ROLLBACK'), lost]).catch(giveUp);
      throw broken instanceof BugflowError ? broken : explainDatabaseError(error, target);
    } finally {
      clearTimeout(guard);
      client.off('error', giveUp);
      pool.release(connection, broken !== undefined);
    }
  };

  return {
    read: (query, onBatch) =>
      withConnection(query.timeoutMs, async (client) => {
        const startedAt = performance.now();
        await begin(client, config, 'READ COMMITTED', query.timeoutMs, config.idleTimeoutMs);
        await readBatches(client, query, onBatch);
        return performance.now() - startedAt;
      }),

    readTogether: (queries, consume, explain) => {
      const timeoutMs = Math.max(...queries.map((query) => query.timeoutMs));
      return withConnection(timeoutMs, async (client, heard) => {
        // The consumer may take its time between two batches.
        await begin(client, config, 'REPEATABLE READ', timeoutMs, 0);
        await client.query("SELECT set_config('cursor_tuple_fraction', '1', true)");
        const streams: RowStream[] = [];
        for (const [i, query] of queries.entries()) {
          streams.push(await openStream(client, query, i, heard, explain));
        }
        await consume(streams);
      });
    },

    close: () => pool.close(),
  };
}

/**
 * Settings hold for the transaction alone: so they survive a connection pooler, and nothing that a collector's SQL
 * does to its session reaches the next run. PostgreSQL would spend seconds to compile (jit, from 11 on) what then runs
 * for milliseconds.
 */
async function begin(
  client: pg.Client,
  config: DatabaseConfig,
  isolation: 'READ COMMITTED' | 'REPEATABLE READ',
  timeoutMs: number,
  idleTimeoutMs: number,
): Promise<void> {
  await client.query(`BEGIN TRANSACTION ISOLATION LEVEL ${isolation} READ ONLY`);
  await client.query({
    text: `SELECT set_config('statement_timeout', $1, true),
                  set_config('lock_timeout', $2, true),
                  set_config('idle_in_transaction_session_timeout', $3, true),
                  set_config('TimeZone', 'UTC', true),
                  set_config('search_path', 'public', true),
                  (SELECT set_config(name, 'off', true) FROM pg_catalog.pg_settings WHERE name = 'jit')`,
    values: [timeoutMs, config.lockTimeoutMs, idleTimeoutMs].map(String),
  });
}
