import type { Database } from './database.js';

/** Whether a server is a replica, and how far it may be behind. */
export interface Replication {
  readonly isReplica: boolean;
  /** Milliseconds; undefined for a primary, and for a replica that cannot tell. */
  readonly lagMs: number | undefined;
}

const TIMEOUT_MS = 5000;

/** Needs no special right. @throws BugflowError when the server does not answer */
export async function readReplication(database: Database): Promise<Replication> {
  let replication: Replication = { isReplica: false, lagMs: undefined };
  await database.read(
    {
      // "Everything received is replayed" says something only while the replica is connected to its primary: otherwise it
      // would report a lag of 0 for ever. Before the first transaction the last checkpoint gives the age.
      text: `SELECT pg_is_in_recovery()::text,
                    CASE
                      WHEN NOT pg_is_in_recovery() THEN NULL
                      WHEN EXISTS (SELECT FROM pg_catalog.pg_stat_wal_receiver)
                        AND pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
                      ELSE greatest(0, 1000 * extract(epoch FROM clock_timestamp() - coalesce(
                        pg_last_xact_replay_timestamp(),
                        (SELECT checkpoint_time FROM pg_catalog.pg_control_checkpoint()))))
                    END::text`,
      values: [],
      timeoutMs: TIMEOUT_MS,
    },
    (_columns, rows) => {
      for (const [isReplica, lagMs] of rows) {
        replication = {
          isReplica: isReplica === 'true',
          lagMs: lagMs == null ? undefined : Number(lagMs),
        };
      }
    },
  );
  return replication;
}
