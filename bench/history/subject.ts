import pino from 'pino';
import { eventDefinitions } from '../../src/collectors/events/event-definition.js';
import { createEventReadings } from '../../src/collectors/events/event-reading.js';
import { createDatabase, type Database } from '../../src/database/database.js';
import { keepHeapSmall } from '../../src/main/heap.js';
import { loadInstallation } from '../../src/main/installation.js';
import { createChangeFeed } from '../../src/taiga/changes/change-feed.js';
import { parameterValues } from '../../src/taiga/parameters.js';
import { createReader } from '../../src/taiga/reader.js';
import { createStatusMemory } from '../../src/taiga/statuses/status-memory.js';

/*
 * Runs the event collectors in their own process, so that its memory can be measured. Answers 'cycle' with the cost of one
 * cycle of all of them; the first cycle reads everything.
 */
export interface Cost {
  readonly wallMs: number;
  /** The time for which connections were in use, in milliseconds. */
  readonly databaseMs: number;
  readonly peakRssMb: number;
}

// As `serve` does.
keepHeapSmall();
const log = pino({ level: 'warn' });
const { config, library } = await loadInstallation({ file: undefined, env: process.env });
const plain = createDatabase(config.database, { onIdleError: (error) => log.warn(error) });
let databaseMs = 0;
const database: Database = {
  ...plain,
  async read(query, onBatch) {
    const startedAt = performance.now();
    try {
      return await plain.read(query, onBatch);
    } finally {
      databaseMs += performance.now() - startedAt;
    }
  },
  async readTogether(...parameters) {
    const startedAt = performance.now();
    try {
      await plain.readTogether(...parameters);
    } finally {
      databaseMs += performance.now() - startedAt;
    }
  },
};
const reader = createReader(database, library.relations);
const present = () => parameterValues(config, new Date());
const statuses = createStatusMemory({ database, reader, values: present });
const values = (keys: readonly string[] | null = null) =>
  parameterValues(config, new Date(), keys, statuses.parameter());
const feed = createChangeFeed({ database, reader, values });
const definitions = eventDefinitions(library.collectors);
const readings = createEventReadings({ definitions, reader, feed, statuses });

let peakRss = 0;
setInterval(() => {
  peakRss = Math.max(peakRss, process.memoryUsage.rss());
}, 20).unref();

async function measure(work: () => Promise<unknown>): Promise<Cost> {
  databaseMs = 0;
  peakRss = process.memoryUsage.rss();
  const startedAt = performance.now();
  await work();
  return { wallMs: performance.now() - startedAt, databaseMs, peakRssMb: peakRss / 2 ** 20 };
}

async function cycle(): Promise<void> {
  await Promise.all([...readings.values()].map((reading) => reading.read(values, () => undefined)));
}

process.on('message', () => {
  void measure(cycle).then((cost) => process.send?.(cost));
});
process.on('disconnect', () => {
  void plain.close().then(() => process.exit(0));
});
process.send?.('ready');
