import { setTimeout as sleep } from 'node:timers/promises';
import { begin } from './begin.js';
import { type Connection, cut } from './connect.js';

/**
 * Ends a server process that does not end by itself, over a connection beside the one that it serves: what runs there can
 * catch being cancelled, but not this. Only while it is still at the transaction that began so long ago, as the process
 * may serve others by now. Resolves, after `limitMs` at the latest, to whether it was told to end; never throws.
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
    // Also for a server that goes silent now.
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
