import type { Database, Row } from '../../database/database.js';
import { isHistoryKey } from '../history-keys.js';
import { type Position, writtenSince } from './position.js';

/**
 * Finds the rows that came to history since the look before, also those that no changed item and no timeline leads to.
 * Its table has no index by time, and a row may lie wherever there was room. So the end of the table is read, then what
 * history has of the items that changed. Where PostgreSQL has counted more new rows than that, and once an hour anyway,
 * all rows are gone through, for their keys and transactions only.
 */
export interface HistoryWatch {
  /** All rows that are there now become known in another way. @throws BugflowError */
  begin(position: Position): Promise<void>;
  /** Keys of the new rows, given those of what changed itself. @throws BugflowError */
  look(position: Position, changed: readonly string[]): Promise<ReadonlySet<string>>;
}

/** How large the table is, and what is known of its growth. */
interface Extent {
  readonly blocks: number;
  /** Counted by the server, with a delay of seconds, and not by a replica: more than 0 only where it is known. */
  readonly inserted: number;
  /** Whether the end of a table can be read without the rest: from PostgreSQL 14 on. */
  readonly hasTidRanges: boolean;
}

const ROWS = 'SELECT id, xmin::text, key FROM history_historyentry';
/** PostgreSQL fills up the last blocks, and takes several new ones at once. */
const TAIL_BLOCKS = 128;
const SWEEP_EVERY_MS = 3_600_000;
/** Sweeps take at most one part in so many of the time. */
const SWEEP_SHARE = 60;
const TIMEOUT_MS = 60_000;
const SWEEP_TIMEOUT_MS = 10 * 60_000;

export function createHistoryWatch(
  database: Database,
  clock: () => number = () => performance.now(),
): HistoryWatch {
  let last: { readonly position: Position; readonly extent: Extent } | undefined;
  let swept: { readonly position: Position; readonly atMs: number; readonly durationMs: number } | undefined;
  /** The rows found since the last sweep, in the version that was found. */
  let seen = new Set<string>();
  /** Rows that were found before PostgreSQL had counted them; it has at the next look. */
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

    async look(position, changed) {
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
      // Counted anew from 0, after a crash: then nothing is known of what came.
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
