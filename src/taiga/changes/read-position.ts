import type { Database, Row } from '../../database/database.js';
import { ITEM_MODELS, MODELS, TABLES } from '../history-keys.js';
import type { Position } from './position.js';

const TIMEOUT_MS = 60_000;

/** The position now; takes a millisecond. @throws BugflowError */
export async function readPosition(database: Database): Promise<Position> {
  const generation = database.generation();
  const others = MODELS.filter((model) => !ITEM_MODELS.includes(model));
  const [oldest, snapshot, timelineEnd, readable] = await readRow(
    database,
    `SELECT txid_snapshot_xmin(s)::text, s::text,
       (SELECT max(id)::text FROM timeline_timeline),
       (SELECT string_agg(m.model, ',') FROM unnest($1::text[], $2::text[]) AS m (model, name)
        WHERE has_table_privilege(to_regclass('public.' || m.name), 'SELECT'))
     FROM txid_current_snapshot() AS s`,
    [others, others.map((model) => TABLES[model])],
  );
  const present = (readable ?? '').split(',');
  // Not every server that speaks PostgreSQL's protocol has this function; the numbers of transactions must do then.
  const [cluster] = await readRow(database, 'SELECT system_identifier::text FROM pg_control_system()').catch(
    () => [''],
  );
  return {
    oldest: BigInt(oldest ?? 0),
    snapshot: snapshot ?? '',
    generation,
    cluster: cluster ?? '',
    timelineEnd: Number(timelineEnd ?? 0),
    tables: [...ITEM_MODELS, ...others.filter((model) => present.includes(model))],
  };
}

async function readRow(database: Database, text: string, values: readonly unknown[] = []): Promise<Row> {
  let found: Row = [];
  await database.read({ text, values, timeoutMs: TIMEOUT_MS }, (_columns, rows) => {
    for (const row of rows) found = row;
  });
  return found;
}
