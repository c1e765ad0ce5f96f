import { eventDefinitions } from '../../src/collectors/events/event-definition.js';
import { createEventReadings } from '../../src/collectors/events/event-reading.js';
import type { Database } from '../../src/database/database.js';
import { createChangeFeed } from '../../src/taiga/changes/change-feed.js';
import { createStatusMemory, type StatusRecord } from '../../src/taiga/statuses/status-memory.js';
import { collectorsWith, type Kit } from './kit.js';
import { flatten, type Table } from './samples.js';

/** Reads the counters as the service does, cycle by cycle: one feed, and a reading for each collector. */
export interface LiveReading {
  /** All counters and histograms, line by line. */
  read(now: string): Promise<Table>;
  /** The number of items read in the last cycle, over all collectors. */
  itemsRead(): number;
  /** The content of its state file. */
  statusRecord(): StatusRecord | undefined;
}

export function startLiveReading(
  kit: Kit,
  database: Database = kit.database,
  /** A monotonic clock in milliseconds. */
  clock?: () => number,
  /** The state file that it starts with. */
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
    statuses,
    gatherMs: 0,
  });
  return {
    async read(at) {
      now = at;
      itemsRead = 0;
      const table: Table = {};
      // All at the same time, as the service does.
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

/** All events, read completely by a service that has just started. */
export async function readAll(kit: Kit, now: string): Promise<Table> {
  await kit.learn(now);
  const tables: Table[] = [];
  for (const name of collectorsWith(kit, 'events')) tables.push(flatten(await kit.families(name, now)));
  return Object.assign({}, ...tables) as Table;
}

/** The lines that fell or disappeared. */
export function fallen(before: Table, after: Table): string[] {
  return Object.entries(before)
    .filter(([series, value]) => !((after[series] ?? Number.NaN) >= value))
    .map(([series, value]) => `${series}: ${value} → ${after[series]}`);
}
