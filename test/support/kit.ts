import type { CollectorDefinition } from '../../src/collectors/definition.js';
import type { MetricFamily } from '../../src/collectors/families.js';
import type { CollectorLibrary } from '../../src/collectors/library.js';
import { readableOf } from '../../src/collectors/readable.js';
import { readOnce } from '../../src/collectors/reading.js';
import type { Config } from '../../src/config/config.js';
import { createDatabase, type Database } from '../../src/database/database.js';
import { loadInstallation } from '../../src/main/installation.js';
import { type ParameterValues, parameterValues } from '../../src/taiga/parameters.js';
import { createReader, type Reader } from '../../src/taiga/reader.js';
import { createStatusMemory } from '../../src/taiga/statuses/status-memory.js';
import { createFolder } from './bugflow.js';
import { unhurried } from './unhurried.js';

export type TextRow = Readonly<Record<string, string | null>>;

/** The shipped collectors on one database, which tests read when they want: no schedules, no server. */
export interface Kit {
  readonly config: Config;
  readonly library: CollectorLibrary;
  readonly database: Database;
  readonly reader: Reader;
  values(now: string | Date, keys?: readonly string[] | null): ParameterValues;
  /** Learns about statuses like a service that just started; later readings use that. */
  learn(now: string): Promise<void>;
  collector(name: string): CollectorDefinition;
  /** The bounds of a distribution. */
  buckets(metric: string): readonly number[];
  /** Reads a whole collector once. */
  families(name: string, now: string): Promise<readonly MetricFamily[]>;
  /** The rows behind a collector's `events`. */
  eventRows(name: string, now: string, keys?: readonly string[]): Promise<TextRow[]>;
  /** The rows of a relation. */
  relationRows(name: string, now: string, keys?: readonly string[]): Promise<TextRow[]>;
  close(): Promise<void>;
}

/** Opens a kit with this content of the configuration file, if any. */
export async function openKit(url: string, configText = ''): Promise<Kit> {
  const folder = createFolder();
  const file = configText === '' ? undefined : folder.write('bugflow.yaml', configText);
  const { config, library } = unhurried(await loadInstallation({ file, env: { TAIGA_DATABASE_URL: url } }));
  folder.remove();
  const database = createDatabase(config.database, { onIdleError: () => undefined });
  const reader = createReader(database, library.relations, {
    allowSuperuser: config.database.allowSuperuser,
  });
  let statuses = '[]';
  const values: Kit['values'] = (now, keys = null) => parameterValues(config, new Date(now), keys, statuses);
  const collector: Kit['collector'] = (name) => {
    const definition = library.collectors.find((candidate) => candidate.name === name);
    if (!definition) throw new Error(`there is no collector ${name}`);
    return definition;
  };
  const textRow = (columns: readonly string[], row: readonly (string | null)[]): TextRow =>
    Object.fromEntries(columns.map((column, i) => [column, row[i] ?? null]));
  return {
    config,
    library,
    database,
    reader,
    values,
    async learn(now) {
      const memory = createStatusMemory({ reader, values: () => parameterValues(config, new Date(now)) });
      await memory.refresh();
      statuses = memory.parameter();
    },
    collector,
    buckets: (metric) =>
      library.collectors.flatMap(({ metrics }) => metrics).find(({ name }) => name === metric)?.buckets ?? [],
    async families(name, now) {
      const { families } = await readOnce(reader, collector(name), values(now));
      return families;
    },
    async eventRows(name, now, keys) {
      const definition = collector(name);
      if (!definition.events) throw new Error(`${name} has no events`);
      const found: TextRow[] = [];
      await reader.read(readableOf(definition, definition.events), values(now, keys), (columns, rows) => {
        const names = columns.map((column) => column.name);
        found.push(...rows.map((row) => textRow(names, row)));
      });
      return found;
    },
    async relationRows(name, now, keys) {
      const { columns, rows } = await reader.readRelation(name, values(now, keys));
      return rows.map((row) => textRow(columns, row));
    },
    close: () => database.close(),
  };
}

/** The names of the shipped collectors that have `events`, or `spans`. */
export function collectorsWith({ library }: Kit, shape: 'events' | 'spans'): string[] {
  return library.collectors.filter((definition) => definition[shape]).map(({ name }) => name);
}
