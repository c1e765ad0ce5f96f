import pg from 'pg';
import Cursor from 'pg-cursor';
import type { DatabaseConfig } from '../config/config.js';
import { readSecret } from '../config/config.js';
import { BugflowError } from '../errors.js';
import { explainDatabaseError } from './explain-error.js';

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
  close(): Promise<void>;
}

const BATCH_ROWS = 1000;
/** How long after the server's own timeout the connection is given up for lost. */
const GRACE_MS = 2000;
const BOOLEAN_OID = 16;

/** Values stay text: what PostgreSQL wrote is what the labels say, and no number loses digits on the way. */
const TEXT_TYPES: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number) =>
    oid === BOOLEAN_OID
      ? (value: string) => (value === 't' ? 'true' : 'false')
      : (value: string) => value) as pg.CustomTypesConfig['getTypeParser'],
};

export interface DatabaseOptions {
  /** Told of connections that broke while idle, for the log. */
  readonly onIdleError: (error: Error) => void;
}

export function createDatabase(config: DatabaseConfig, { onIdleError }: DatabaseOptions): Database {
  const { passwordFile } = config;
  const pool = new pg.Pool({
    connectionString: config.url,
    ...(passwordFile === undefined ? {} : { password: () => readSecret(passwordFile) }),
    max: config.poolSize,
    connectionTimeoutMillis: config.connectTimeoutMs,
    application_name: config.applicationName,
    // A second lock beside the READ ONLY transactions below.
    options: '-c default_transaction_read_only=on',
    keepAlive: true,
  });
  pool.on('error', onIdleError);

  const connect = async (): Promise<pg.PoolClient> => {
    try {
      return await pool.connect();
    } catch (error) {
      throw explainDatabaseError(error, config);
    }
  };

  return {
    async read(query, onBatch) {
      const client = await connect();
      const startedAt = performance.now();
      let broken: Error | undefined;
      const guard = setTimeout(() => {
        broken = new BugflowError(
          'DATABASE_UNREACHABLE',
          `no answer from the database within ${query.timeoutMs} ms; the connection was given up`,
        );
        // Ends a wait on a network that went silent; PostgreSQL's own timeout cannot be heard there.
        destroy(client, broken);
      }, query.timeoutMs + GRACE_MS);
      const onError = (error: Error): void => {
        broken ??= error;
      };
      client.on('error', onError);
      try {
        await begin(client, config, query.timeoutMs);
        await stream(client, query, onBatch);
        await client.query('COMMIT');
        return performance.now() - startedAt;
      } catch (error) {
        await client.query('ROLLBACK').catch((rollbackError: Error) => {
          broken ??= rollbackError;
        });
        throw broken instanceof BugflowError ? broken : explainDatabaseError(error, config);
      } finally {
        clearTimeout(guard);
        client.off('error', onError);
        client.release(broken);
      }
    },
    close: () => pool.end(),
  };
}

/**
 * Settings hold for the transaction alone: so they survive a connection pooler, and nothing that a collector's SQL
 * does to its session reaches the next run.
 */
async function begin(client: pg.PoolClient, config: DatabaseConfig, timeoutMs: number): Promise<void> {
  await client.query('BEGIN TRANSACTION READ ONLY');
  await client.query({
    text: `SELECT set_config('statement_timeout', $1, true),
                  set_config('lock_timeout', $2, true),
                  set_config('idle_in_transaction_session_timeout', $3, true),
                  set_config('TimeZone', 'UTC', true),
                  set_config('search_path', 'public', true)`,
    values: [timeoutMs, config.lockTimeoutMs, config.idleTimeoutMs].map(String),
  });
}

async function stream(
  client: pg.PoolClient,
  query: Query,
  onBatch: (columns: readonly Column[], rows: readonly Row[]) => void,
): Promise<void> {
  const cursor = client.query(
    new Cursor<Row>(query.text, [...query.values], { rowMode: 'array', types: TEXT_TYPES }),
  );
  const readBatch = (): Promise<{ columns: readonly Column[]; rows: readonly Row[] }> =>
    new Promise((resolve, reject) => {
      cursor.read(BATCH_ROWS, (error, rows, result) => {
        if (error) reject(error);
        else resolve({ columns: result.fields, rows });
      });
    });
  try {
    for (;;) {
      const { columns, rows } = await readBatch();
      onBatch(columns, rows);
      if (rows.length < BATCH_ROWS) return;
    }
  } finally {
    await cursor.close().catch(() => undefined);
  }
}

/** pg has no public way to cut a connection at once; its socket is the only handle on a peer that does not answer. */
function destroy(client: pg.PoolClient, error: Error): void {
  const { connection } = client as unknown as { connection?: { stream?: { destroy(error: Error): void } } };
  connection?.stream?.destroy(error);
}
