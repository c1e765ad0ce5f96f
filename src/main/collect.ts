import type { MetricFamily } from '../collectors/families.js';
import { createReader } from '../collectors/reader.js';
import { readOnce } from '../collectors/reading.js';
import { describeMissing } from '../database/taiga-schema.js';
import { BugflowError, isDatabaseUnusable } from '../errors.js';
import { type Format, OPENMETRICS_END, renderFamilies } from '../exposition/format.js';
import { toSampleFamily } from '../exposition/sample-families.js';
import type { LastRun } from '../observability/own-families.js';
import { openDatabase } from '../tunnel/open-database.js';
import type { Installation } from './installation.js';
import { learnedValues } from './learned-values.js';

export interface CollectOptions {
  /** Collectors to run; none: all. */
  readonly names: readonly string[];
  readonly at: Date;
  readonly format: Format;
  readonly write: (bytes: Buffer) => void;
  readonly warn: (message: string) => void;
  /** Counters as they are to be shown; as they are when absent. */
  readonly showCounters?: ((families: readonly MetricFamily[]) => readonly MetricFamily[]) | undefined;
}

/**
 * Runs collectors once, one after the other, and writes what they yield.
 * A collector that fails is told of and left out; resolves to how each one did.
 * @throws BugflowError when none can run, because the database cannot be used at all.
 */
export async function collect(
  { config, library }: Installation,
  options: CollectOptions,
): Promise<readonly LastRun[]> {
  const { names, at, format, write, warn, showCounters = (families) => families } = options;
  const unknown = names.find((name) => !library.collectors.some((collector) => collector.name === name));
  if (unknown !== undefined) {
    const known = library.collectors.map((collector) => collector.name).join(', ');
    throw new BugflowError('COLLECTOR_INVALID', `there is no collector "${unknown}"; known are ${known}`);
  }
  const { database } = openDatabase(config, { onIdleError: (error) => warn(error.message) });
  const runs: LastRun[] = [];
  try {
    const { allowSuperuser } = config.database;
    const reader = createReader(database, library.relations, { allowSuperuser });
    const values = await learnedValues(config, reader, at);
    for (const definition of library.collectors) {
      const { name } = definition;
      if (names.length > 0 && !names.includes(name)) continue;
      const startedTick = performance.now();
      let lastSuccessAt: number | undefined;
      try {
        const missing = await reader.lacking(definition.requires);
        if (missing.length > 0) {
          warn(`collector "${definition.name}" is off: it ${describeMissing(missing)}`);
          continue;
        }
        const reading = await readOnce(reader, definition, values);
        const families = definition.events ? showCounters(reading.families) : reading.families;
        write(await renderFamilies(families.map(toSampleFamily), format));
        lastSuccessAt = Date.now();
      } catch (error) {
        if (!(error instanceof BugflowError) || isDatabaseUnusable(error)) throw error;
        warn(error.message);
      }
      const lastDurationMs = performance.now() - startedTick;
      runs.push({ name, state: { up: lastSuccessAt !== undefined, lastSuccessAt, lastDurationMs } });
    }
    if (format === 'openmetrics') write(Buffer.from(OPENMETRICS_END));
  } finally {
    await database.close();
  }
  return runs;
}

/** Whether each collector that was run has yielded its values. */
export function allSucceeded(runs: readonly LastRun[]): boolean {
  return runs.every(({ state }) => state.up);
}
