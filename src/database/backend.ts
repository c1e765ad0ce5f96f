import { setTimeout as sleep } from 'node:timers/promises';
import { begin } from './begin.js';
import { type Connection, cut } from './connect.js';

/**
 * Terminates a server process that does not end by itself, over a second connection: SQL can catch a cancel request, but
 * not this. Only if the process is still in a transaction that began so long ago, as it may serve other clients by now.
 * Resolves, after `limitMs` at the latest, to whether the process was told to end; never throws.
 */
export async function terminateBackend(
  open: () => Promise<Connection>,
  pid: number,
  elapsedMs: number,
  limitMs: number,
): Promise<boolean> {
  const attempt = async (): Promise<boolean> => {
    const startedAt = performance.now();
    const { client } = await open();
    // The limit also holds when the server stops answering.
    const guard = setTimeout(() => cut(client), limitMs);
    try {
      const timeouts = { statementTimeoutMs: limitMs, lockTimeoutMs: limitMs, idleTimeoutMs: limitMs };
      await begin(client, { isolation: 'READ COMMITTED', ...timeouts });
      const { rowCount } = await client.query({
        text: `SELECT pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
               WHERE pid = $1 AND pid <> pg_backend_pid()
                 AND xact_start <= clock_timestamp() - $2 * interval '1 millisecond'`,
        values: [pid, Math.floor(elapsedMs + performance.now() - startedAt)],
      });
      return rowCount === 1;
    } finally {
      clearTimeout(guard);
      client.end().catch(() => undefined);
    }
  };
  return Promise.race([attempt().catch(() => false), sleep(limitMs, false, { ref: false })]);
}
