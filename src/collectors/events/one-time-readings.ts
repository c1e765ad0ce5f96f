import type { Database } from '../../database/database.js';
import { createChangeFeed } from '../../taiga/changes/change-feed.js';
import { withoutOff } from '../../taiga/off.js';
import type { ParameterValues } from '../../taiga/parameters.js';
import type { Reader } from '../../taiga/reader.js';
import type { CollectorDefinition } from '../definition.js';
import { type Reading, readOnce } from '../reading.js';
import { eventDefinitions } from './event-definition.js';
import { createEventReadings } from './event-reading.js';

export interface OneTimeReadingsOptions {
  readonly database: Database;
  readonly reader: Reader;
  /** Those that are going to be read. */
  readonly definitions: readonly CollectorDefinition[];
  /** What is bound for what is so now. */
  readonly present: ParameterValues;
  /** The same for what happened. @throws BugflowError when that could not be learned. */
  past(): ParameterValues;
}

/**
 * Reads each of several collectors once. What happened is read in slices, as the running service does, and for all of them
 * together as soon as the first is asked for: so a long history takes no long statement.
 */
export function createOneTimeReadings(
  options: OneTimeReadingsOptions,
): (definition: CollectorDefinition) => Promise<Reading> {
  let beginning: Promise<ReadonlyMap<string, Promise<Reading>>> | undefined;
  return async (definition) => {
    if (!definition.events) return readOnce(options.reader, definition, options.present);
    beginning ??= beginEvents(options);
    const reading = (await beginning).get(definition.name);
    if (!reading) throw new Error(`collector ${definition.name} was not among those to be read`);
    return reading;
  };
}

async function beginEvents({
  database,
  reader,
  definitions,
  past,
}: OneTimeReadingsOptions): Promise<ReadonlyMap<string, Promise<Reading>>> {
  const values = past();
  const readings = createEventReadings({
    definitions: eventDefinitions(await withoutOff(reader, definitions)),
    reader,
    feed: createChangeFeed({ database, reader, values: () => values }),
    gatherMs: 0,
  });
  const started = new Map<string, Promise<Reading>>();
  for (const [name, { read }] of readings) {
    const reading = read(
      (keys) => ({ ...values, keys }),
      () => undefined,
    );
    // It may fail before anybody asks for it.
    reading.catch(() => undefined);
    started.set(name, reading);
  }
  return started;
}
