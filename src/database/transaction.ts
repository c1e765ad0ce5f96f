import type pg from 'pg';
import { BugflowError } from '../base/errors.js';
import type { DatabaseConfig } from '../config/database-section.js';
import { terminateBackend } from './backend.js';
import { type BeginOptions, begin } from './begin.js';
import { type Connection, cut } from './connect.js';
import { explainDatabaseError } from './explain-error.js';
import type { Pool } from './pool.js';

export interface TransactionOptions extends Pick<BeginOptions, 'isolation' | 'idleTimeoutMs'> {
  /** PostgreSQL's `statement_timeout`, and the longest silence of the transaction. */
  readonly timeoutMs: number;
  /** The most that the whole transaction may take. */
  readonly limitMs?: number | undefined;
}

/** Does the work in a transaction in which PostgreSQL refuses to write. @throws BugflowError, or pg's own errors */
export type RunTransaction = <T>(
  options: TransactionOptions,
  work: (client: pg.Client, heard: () => void) => Promise<T>,
) => Promise<T>;

export interface TransactionDependencies {
  readonly config: DatabaseConfig;
  readonly pool: Pool;
  /** Opens a connection outside the pool. */
  readonly open: () => Promise<Connection>;
}

/** How long after the server's own timeout the connection counts as lost. */
const GRACE_MS = 2000;
/** How long an aborted transaction may take to terminate its process on the server. */
const TERMINATE_TIMEOUT_MS = 1500;

export function createTransactions({ config, pool, open }: TransactionDependencies): RunTransaction {
  return async (options, work) => {
    const connection = await pool.acquire();
    const { client, target } = connection;
    let broken: Error | undefined;
    let giveUp: (error: Error) => void = () => undefined;
    // When a connection breaks, pg can leave a query without an answer; so callers also wait for this promise.
    const lost = new Promise<never>((_resolve, reject) => {
      giveUp = (error) => {
        broken ??= error;
        reject(broken);
      };
    });
    lost.catch(() => undefined);

    let begun: { readonly pid: number; readonly at: number } | undefined;
    let aborting: Promise<BugflowError> | undefined;
    // PostgreSQL's own timeout does not arrive when the network is down, and SQL can switch it off or catch it.
    const abort = async (limitMs: number): Promise<BugflowError> => {
      const ended = begun
        ? await terminateBackend(open, begun.pid, performance.now() - begun.at, TERMINATE_TIMEOUT_MS)
        : false;
      const error = ended
        ? new BugflowError(
            'COLLECTOR_TIMEOUT',
            `the SQL neither ended within ${limitMs} ms nor let itself be cancelled; its session was ended`,
          )
        : new BugflowError(
            'DATABASE_UNREACHABLE',
            `no answer from the database within ${limitMs} ms; the connection was given up`,
          );
      giveUp(error);
      cut(client, error);
      return error;
    };
    const after = (limitMs: number): NodeJS.Timeout =>
      setTimeout(() => {
        aborting ??= abort(limitMs);
      }, limitMs + GRACE_MS);
    const silence = after(options.timeoutMs);
    const limit = options.limitMs === undefined ? undefined : after(options.limitMs);

    client.on('error', giveUp);
    try {
      const result = await Promise.race([
        begin(client, {
          ...options,
          statementTimeoutMs: options.timeoutMs,
          lockTimeoutMs: config.lockTimeoutMs,
        }).then((pid) => {
          begun = { pid, at: performance.now() };
          return work(client, () => silence.refresh());
        }),
        lost,
      ]);
      // Not COMMIT: nothing was written, and settings that the query changed are undone.
      await Promise.race([client.query('ROLLBACK'), lost]);
      if (aborting) throw await aborting;
      return result;
    } catch (error) {
      broken = (await aborting) ?? broken;
      if (!broken) await Promise.race([client.query('ROLLBACK'), lost]).catch(giveUp);
      throw broken instanceof BugflowError ? broken : explainDatabaseError(error, target);
    } finally {
      clearTimeout(silence);
      clearTimeout(limit);
      client.off('error', giveUp);
      pool.release(connection, broken !== undefined);
    }
  };
}
