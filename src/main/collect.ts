import { parameterValues } from '../collectors/parameters.js';
import { createReader } from '../collectors/reader.js';
import { readOnce } from '../collectors/reading.js';
import { BugflowError } from '../errors.js';
import { type Format, OPENMETRICS_END, renderFamilies } from '../exposition/format.js';
import { toSampleFamily } from '../exposition/sample-families.js';
import { openDatabase } from '../tunnel/open-database.js';
import type { Installation } from './installation.js';

export interface CollectOptions {
  /** Collectors to run; none: all. */
  readonly names: readonly string[];
  readonly at: Date;
  readonly format: Format;
  readonly write: (bytes: Buffer) => void;
  readonly warn: (message: string) => void;
}

/**
 * Runs collectors once, one after the other, and writes what they yield.
 * A collector that fails is told of and left out; resolves to whether all were well.
 */
export async function collect({ config, library }: Installation, options: CollectOptions): Promise<boolean> {
  const { names, at, format, write, warn } = options;
  const unknown = names.find((name) => !library.collectors.some((collector) => collector.name === name));
  if (unknown !== undefined) {
    const known = library.collectors.map((collector) => collector.name).join(', ');
    throw new BugflowError('COLLECTOR_INVALID', `there is no collector "${unknown}"; known are ${known}`);
  }
  const { database } = openDatabase(config, { onIdleError: (error) => warn(error.message) });
  let allWell = true;
  try {
    const reader = createReader(database, library.relations);
    for (const definition of library.collectors) {
      if (names.length > 0 && !names.includes(definition.name)) continue;
      try {
        const reading = await readOnce(reader, definition, parameterValues(config, at));
        write(await renderFamilies(reading.families.map(toSampleFamily), format));
      } catch (error) {
        allWell = false;
        if (!(error instanceof BugflowError) || /^(DATABASE|TUNNEL)_/.test(error.code)) throw error;
        warn(error.message);
      }
    }
    if (format === 'openmetrics') write(Buffer.from(OPENMETRICS_END));
  } finally {
    await database.close();
  }
  return allWell;
}
