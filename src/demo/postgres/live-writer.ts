import pg from 'pg';
import { type ActSteps, insertActSql } from '../keep/acts.js';
import type { RowChange } from '../taiga/store.js';

export interface LiveWriter {
  /** Writes all changes or none, together with the steps of the act if they are given. */
  write(changes: readonly RowChange[], steps?: ActSteps): Promise<void>;
  close(): Promise<void>;
}

/**
 * Writes acts one by one, as a client like any other: the database has a single session, so writing without the socket
 * server would write into some client's open transaction.
 */
export async function connectLiveWriter(url: string): Promise<LiveWriter> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  return {
    async write(changes, steps) {
      // Clients share the session's settings, and one of them may have made it read-only.
      await client.query('BEGIN READ WRITE');
      try {
        for (const change of changes) await client.query(...statementFor(change));
        if (steps) await client.query(insertActSql, [steps]);
        await client.query('COMMIT');
      } catch (error) {
        await client.query('ROLLBACK');
        throw error;
      }
    },
    close: () => client.end(),
  };
}

/** Names of tables and columns come only from this program's own rows. */
function statementFor(change: RowChange): [sql: string, values: unknown[]] {
  const { table } = change;
  switch (change.operation) {
    case 'insert':
      return [
        `INSERT INTO ${table} SELECT * FROM json_populate_record(null::${table}, $1)`,
        [JSON.stringify(change.row)],
      ];
    case 'delete':
      return [`DELETE FROM ${table} WHERE id = $1`, [change.id]];
    case 'update': {
      const columns = Object.keys(change.set).map((column) => `"${column}"`);
      const assignments = columns.map((column) => `${column} = changed.${column}`).join(', ');
      return [
        `UPDATE ${table} AS row SET ${assignments} FROM json_populate_record(null::${table}, $1) AS changed WHERE row.id = $2`,
        [JSON.stringify(change.set), change.id],
      ];
    }
  }
}
