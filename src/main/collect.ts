import { hasPast, readMoment } from '../backfill/moment.js';
import { BugflowError, isDatabaseUnusable } from '../base/errors.js';
import { describeRefused } from '../base/refused-file.js';
import type { CollectorDefinition } from '../collectors/definition.js';
import { createOneTimeReadings } from '../collectors/events/one-time-readings.js';
import type { MetricFamily } from '../collectors/families.js';
import { type Format, OPENMETRICS_END, renderFamilies, type SampleFamily } from '../exposition/format.js';
import { toSampleFamily } from '../exposition/sample-families.js';
import { offReason } from '../taiga/off.js';
import { createReader } from '../taiga/reader.js';
import { describeMissing } from '../taiga/schema.js';
import type { Installation } from './installation.js';
import { learnValues } from './learned-values.js';
import { openDatabase } from './open-database.js';
import type { LastRun } from './parts/collector-families.js';

export interface CollectOptions {
  /** Names of the collectors to run; empty: all. */
  readonly names: readonly string[];
  readonly now: Date;
  /** A moment of the past; undefined: now. */
  readonly at?: Date | undefined;
  readonly format: Format;
  readonly write: (bytes: Buffer) => void;
  readonly warn: (message: string) => void;
  /** Changes the counters before they are written. */
  readonly showCounters?: ((families: readonly MetricFamily[]) => readonly MetricFamily[]) | undefined;
}

/**
 * Runs collectors one after another and writes their metrics: as of now, or as a backfill has them at a moment of the past.
 * Collectors that cannot tell the past, or that fail, are left out with a warning. Resolves to the result of each one.
 * @throws BugflowError when none can run, because the database cannot be used at all.
 */
export async function collect(
  { config, library }: Pick<Installation, 'config' | 'library'>,
  options: CollectOptions,
): Promise<readonly LastRun[]> {
  const { names, now, at, format, write, warn, showCounters = (families) => families } = options;
  const unknown = names.find((name) => !library.collectors.some((collector) => collector.name === name));
  if (unknown !== undefined) {
    const known = library.collectors.map((collector) => collector.name).join(', ');
    const left = library.refused.map(({ message }) => `; not loaded: ${message}`).join('');
    throw new BugflowError(
      'COLLECTOR_INVALID',
      `there is no collector "${unknown}"; known are ${known}${left}`,
    );
  }
  if (names.length === 0) for (const refused of library.refused) warn(describeRefused(refused));
  const { database } = openDatabase(config, { onIdleError: (error) => warn(error.message) });
  const runs: LastRun[] = [];
  try {
    const { allowSuperuser } = config.database;
    const reader = createReader(database, library.relations, { allowSuperuser });
    const learned = await learnValues(config, reader, now);
    const wanted = library.collectors.filter(({ name }) => names.length === 0 || names.includes(name));
    const readNow = createOneTimeReadings({ database, reader, definitions: wanted, ...learned });
    const read = async (definition: CollectorDefinition): Promise<readonly SampleFamily[]> => {
      if (at !== undefined) return readMoment(reader, definition, learned.past(), at.getTime());
      const { families } = await readNow(definition);
      return (definition.events ? showCounters(families) : families).map(toSampleFamily);
    };
    const withoutPast = at === undefined ? [] : wanted.filter((definition) => !hasPast(definition));
    if (withoutPast.length > 0)
      warn(`left out, as they cannot tell the past: ${withoutPast.map(({ name }) => name).join(', ')}`);
    for (const definition of wanted) {
      if (withoutPast.includes(definition)) continue;
      const { name } = definition;
      const startedTick = performance.now();
      let lastSuccessAt: number | undefined;
      try {
        const off = await offReason(reader, definition);
        if (off) {
          warn(`collector "${definition.name}" is off: it ${describeMissing(off.missing)}`);
          continue;
        }
        write(await renderFamilies(await read(definition), format));
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

/** Whether every collector that was wanted was loaded, and every one that ran has succeeded. */
export function allSucceeded(
  runs: readonly LastRun[],
  { library }: Pick<Installation, 'library'>,
  { names }: Pick<CollectOptions, 'names'>,
): boolean {
  return runs.every(({ state }) => state.up) && (names.length > 0 || library.refused.length === 0);
}
