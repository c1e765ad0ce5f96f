import type { Duplex } from 'node:stream';
import pg from 'pg';
import Cursor from 'pg-cursor';
import type { DatabaseConfig } from '../config/database-section.js';
import { readSecret } from '../config/secret.js';
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
  /** Makes what each connection uses instead of a TCP socket of its own. */
  readonly stream?: (() => Duplex) | undefined;
}

export function createDatabase(config: DatabaseConfig, { onIdleError, stream }: DatabaseOptions): Database {
  const { passwordFile } = config;
  const pool = new pg.Pool({
    connectionString: config.url,
    ...(passwordFile === undefined ? {} : { password: () => readSecret(passwordFile) }),
    max: config.poolSize,
    // Not of the pool, which would count the wait for a free connection as well.
    Client: class extends pg.Client {
      constructor(options?: pg.ClientConfig) {
        super({ ...options, connectionTimeoutMillis: config.connectTimeoutMs });
      }
    },
    application_name: config.applicationName,
    // A second lock beside the READ ONLY transactions below.
    options: '-c default_transaction_read_only=on',
    keepAlive: true,
    ...(stream === undefined ? {} : { stream }),
  });
  pool.on('error', onIdleError);

  const connect = async (): Promise<pg.PoolClient> => {
    try {
      return await pool.connect();
    } catch (error) {
      throw explainDatabaseError(error, config);
    }
  };

  /** Lends a connection for one transaction. The guard gives it up when nothing is heard from it for too long. */
  const withConnection = async <T>(
    silenceLimitMs: number,
    work: (client: pg.PoolClient, heard: () => void) => Promise<T>,
  ): Promise<T> => {
    const client = await connect();
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
      destroy(client, silence);
    }, silenceLimitMs + GRACE_MS);
    client.on('error', giveUp);
    try {
      const result = await Promise.race([work(client, () => guard.refresh()), lost]);
      // Not COMMIT: there is nothing to keep, and settings that the query changed are undone.
      await Promise.race([client.query('ROLLBACK'), lost]);
      return result;
    } catch (error) {
      if (!broken) await Promise.race([client.query('ROLLBACK'), lost]).catch(giveUp);
      throw broken instanceof BugflowError ? broken : explainDatabaseError(error, config);
    } finally {
      clearTimeout(guard);
      client.off('error', giveUp);
      client.release(broken);
    }
  };

  return {
    read: (query, onBatch) =>
      withConnection(query.timeoutMs, async (client) => {
        const startedAt = performance.now();
        await begin(client, config, 'READ COMMITTED', query.timeoutMs, config.idleTimeoutMs);
        await readStream(client, query, onBatch);
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
          streams.push(await declareStream(client, query, i, heard, explain));
        }
        await consume(streams);
      });
    },

    close: () => pool.end(),
  };
}

/**
 * Settings hold for the transaction alone: so they survive a connection pooler, and nothing that a collector's SQL
 * does to its session reaches the next run. PostgreSQL would spend seconds to compile (jit, from 11 on) what then runs
 * for milliseconds.
 */
async function begin(
  client: pg.PoolClient,
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

/** A cursor of SQL's own: unlike the protocol's, several can be open on one connection. */
async function declareStream(
  client: pg.PoolClient,
  query: Query,
  index: number,
  heard: () => void,
  explain: (error: unknown, index: number) => unknown,
): Promise<RowStream> {
  const name = `bugflow_${index}`;
  const declare = `DECLARE ${name} NO SCROLL CURSOR FOR `;
  const ask = async (
    text: string,
    values: readonly unknown[] = [],
  ): Promise<pg.QueryArrayResult<(string | null)[]>> => {
    try {
      return await client.query<(string | null)[]>({
        text,
        values: [...values],
        rowMode: 'array',
        types: TEXT_TYPES,
      });
    } catch (error) {
      if (error instanceof pg.DatabaseError && error.position)
        error.position = String(Number(error.position) - declare.length);
      throw explain(error, index);
    } finally {
      heard();
    }
  };
  await ask(declare + query.text, query.values);
  return {
    async next() {
      const result = await ask(`FETCH FORWARD ${BATCH_ROWS} FROM ${name}`);
      return { columns: result.fields, rows: result.rows };
    },
  };
}

async function readStream(
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
    // Not awaited: whatever is sent next waits behind it, and on a connection that is gone it would never resolve.
    void cursor.close();
  }
}

/** pg has no public way to cut a connection at once; its socket is the only handle on a peer that does not answer. */
function destroy(client: pg.PoolClient, error: Error): void {
  const { connection } = client as unknown as { connection?: { stream?: { destroy(error: Error): void } } };
  connection?.stream?.destroy(error);
}
