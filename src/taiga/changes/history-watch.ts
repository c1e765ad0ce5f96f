import type { Database, Row } from '../../database/database.js';
import { isHistoryKey } from '../history-keys.js';
import { type Position, writtenSince } from './position.js';

/**
 * Finds the rows that were added to history since the last time, also where the item itself and the timeline show no change.
 * The table has no index by time, and PostgreSQL puts a row wherever there is room. So the end of the table is read, then
 * the history of the items that changed. Where PostgreSQL has counted more new rows than were found, and once an hour
 * anyway, the whole table is read, for keys and transactions only (a sweep).
 */
export interface HistoryWatch {
  /** Starts here: whoever calls it reads all rows that are there now. @throws BugflowError */
  begin(position: Position): Promise<void>;
  /** The keys of new rows; `changed` are the keys that are known to have changed. @throws BugflowError */
  findNew(position: Position, changed: readonly string[]): Promise<ReadonlySet<string>>;
}

/** The size of the table, and how many rows were ever inserted. */
interface Extent {
  readonly blocks: number;
  /** As PostgreSQL counts them, with a delay of seconds; 0 on a replica, which does not. */
  readonly inserted: number;
  /** Whether the end of a table can be read by itself: from PostgreSQL 14 on. */
  readonly hasTidRanges: boolean;
}

const ROWS = 'SELECT id, xmin::text, key FROM history_historyentry';
/** New rows go into the last blocks, several of which may be filled at the same time. */
const TAIL_BLOCKS = 128;
const SWEEP_EVERY_MS = 3_600_000;
/** A sweep that takes a second is followed by none for this many seconds. */
const SWEEP_SHARE = 60;
const TIMEOUT_MS = 60_000;
const SWEEP_TIMEOUT_MS = 10 * 60_000;

export function createHistoryWatch(
  database: Database,
  clock: () => number = () => performance.now(),
): HistoryWatch {
  let last: { readonly position: Position; readonly extent: Extent } | undefined;
  let swept: { readonly position: Position; readonly atMs: number; readonly durationMs: number } | undefined;
  /** Rows found since the last sweep, each with the transaction that wrote it. */
  let seen = new Set<string>();
  /** How many rows were found that PostgreSQL had not counted yet. */
  let ahead = 0;
  let isSweepDue = false;

  const readExtent = async (): Promise<Extent> => {
    let found: Row = [];
    await database.read(
      {
        text: `SELECT (pg_relation_size(oid) / current_setting('block_size')::integer)::text,
                 pg_stat_get_tuples_inserted(oid)::text, current_setting('server_version_num')
               FROM pg_class WHERE oid = 'history_historyentry'::regclass`,
        values: [],
        timeoutMs: TIMEOUT_MS,
      },
      (_columns, rows) => {
        for (const row of rows) found = row;
      },
    );
    const [blocks, inserted, version] = found;
    return {
      blocks: Number(blocks ?? 0),
      inserted: Number(inserted ?? 0),
      hasTidRanges: Number(version ?? 0) >= 140_000,
    };
  };

  /** Reads rows written since the position; adds the keys of those not seen before, and resolves to their number. */
  const find = async (
    since: Position,
    condition: string,
    values: readonly unknown[],
    keys: Set<string>,
    into: Set<string> = seen,
  ): Promise<number> => {
    let count = 0;
    await database.read(
      {
        text: `${ROWS} WHERE ${condition} AND ${writtenSince('xmin')}`,
        values: [String(since.oldest), ...values],
        timeoutMs: condition === 'true' ? SWEEP_TIMEOUT_MS : TIMEOUT_MS,
      },
      (_columns, rows) => {
        for (const [id, xmin, key] of rows) {
          const version = `${id} ${xmin}`;
          const isNew = !seen.has(version);
          into.add(version);
          if (!isNew) continue;
          count += 1;
          if (key != null && isHistoryKey(key)) keys.add(key);
        }
      },
    );
    return count;
  };

  const sweep = async (position: Position, keys: Set<string>, since: Position): Promise<void> => {
    const startedAt = clock();
    const all = new Set<string>();
    await find(since, 'true', [], keys, all);
    seen = all;
    ahead = 0;
    isSweepDue = false;
    swept = { position, atMs: clock(), durationMs: clock() - startedAt };
  };

  return {
    async begin(position) {
      last = { position, extent: await readExtent() };
      swept = { position, atMs: clock(), durationMs: 0 };
      seen = new Set();
      ahead = 0;
      isSweepDue = false;
    },

    async findNew(position, changed) {
      if (!last || !swept) throw new Error('not begun');
      const keys = new Set<string>();
      const extent = await readExtent();
      const wanted = extent.inserted - last.extent.inserted - ahead;
      let count = 0;
      if (extent.hasTidRanges) {
        const block = Math.max(0, Math.min(last.extent.blocks, extent.blocks) - TAIL_BLOCKS);
        count = await find(last.position, 'ctid >= $2::tid', [`(${block},0)`], keys);
      }
      if (wanted > count) count += await find(last.position, 'key = ANY ($2)', [changed], keys);
      // After a crash PostgreSQL counts from 0 again, and nobody knows how many rows were added.
      isSweepDue ||= wanted > count || extent.inserted < last.extent.inserted;
      ahead = Math.max(0, count - Math.max(0, wanted));
      last = { position, extent };
      const waitedMs = clock() - swept.atMs;
      if ((isSweepDue || waitedMs >= SWEEP_EVERY_MS) && waitedMs >= swept.durationMs * SWEEP_SHARE)
        await sweep(position, keys, swept.position);
      return keys;
    },
  };
}
