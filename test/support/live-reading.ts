import { createEventReadings, eventDefinitions } from '../../src/collectors/events/event-reading.js';
import type { Database } from '../../src/database/database.js';
import { createChangeFeed } from '../../src/taiga/changes/change-feed.js';
import { createStatusMemory, type StatusRecord } from '../../src/taiga/statuses/status-memory.js';
import { collectorsWith, type Kit } from './kit.js';
import { flatten, type Table } from './samples.js';

/** What the service does with its counters, cycle by cycle: one feed, and a reading for each collector. */
export interface LiveReading {
  /** All counters and histograms, line by line. */
  read(now: string): Promise<Table>;
  /** Items read in the last cycle, over all collectors. */
  itemsRead(): number;
  /** What it would keep in its state file. */
  statusRecord(): StatusRecord | undefined;
}

export function startLiveReading(
  kit: Kit,
  database: Database = kit.database,
  /** Milliseconds, monotonic. */
  clock?: () => number,
  /** What it finds in its state file. */
  before?: StatusRecord,
): LiveReading {
  let now = '';
  let itemsRead = 0;
  const statuses = createStatusMemory({
    database,
    reader: kit.reader,
    values: () => kit.values(now),
    before,
  });
  const feed = createChangeFeed({
    database,
    reader: kit.reader,
    values: () => kit.values(now),
    ...(clock && { clock }),
  });
  const readings = createEventReadings({
    definitions: eventDefinitions(kit.library.collectors),
    reader: kit.reader,
    feed,
    gatherMs: 0,
  });
  return {
    async read(at) {
      now = at;
      itemsRead = 0;
      const table: Table = {};
      await statuses.refresh();
      // As the service does: all at once.
      await Promise.all(
        [...readings.values()].map(async (reading) => {
          let items = 0;
          const { families } = await reading.read(
            (keys) => ({ ...kit.values(now, keys), statuses: statuses.parameter() }),
            (done) => {
              items = done;
            },
          );
          itemsRead += items;
          Object.assign(table, flatten(families));
        }),
      );
      return table;
    },
    itemsRead: () => itemsRead,
    statusRecord: () => statuses.record(),
  };
}

/** All events, read at once by a service that has just started. */
export async function readAfresh(kit: Kit, now: string): Promise<Table> {
  await kit.learn(now);
  const tables: Table[] = [];
  for (const name of collectorsWith(kit, 'events')) tables.push(flatten(await kit.families(name, now)));
  return Object.assign({}, ...tables) as Table;
}

/** Lines that fell, or are gone. */
export function fallen(before: Table, after: Table): string[] {
  return Object.entries(before)
    .filter(([series, value]) => !((after[series] ?? Number.NaN) >= value))
    .map(([series, value]) => `${series}: ${value} → ${after[series]}`);
}
