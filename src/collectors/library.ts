import { join } from 'node:path';
import { BugflowError } from '../base/errors.js';
import { matchingFiles } from '../base/matching-files.js';
import type { CollectorOverride } from '../config/collector-sections.js';
import { cronProblem } from '../scheduling/cron-expression.js';
import { compileQuery, mentioned } from '../taiga/sql/compile.js';
import { loadRelations, type RelationLibrary } from '../taiga/sql/relations.js';
import { assertUnique, type CollectorDefinition, readCollector, shapes } from './definition.js';

/** All collectors of an installation, checked as far as possible without a database. */
export interface CollectorLibrary {
  readonly collectors: readonly CollectorDefinition[];
  readonly relations: RelationLibrary;
}

export interface LibrarySource {
  /** The folder of the collectors that ship with the service. */
  readonly shippedFolder: string;
  /** The team's own files: absolute paths, which may have wildcards in the file name. */
  readonly ownFiles: readonly string[];
  readonly overrides: Readonly<Record<string, CollectorOverride>>;
  /** Longer values of labels are cut; by default at what every Prometheus takes. */
  readonly maxLabelBytes?: number;
  /** The configuration file, for errors about overrides. */
  readonly configFile: string | undefined;
}

/** @throws BugflowError that names file, line and fix */
export async function loadLibrary(source: LibrarySource): Promise<CollectorLibrary> {
  const relations = await loadRelations(join(source.shippedFolder, 'relations'));
  const shipped = await listFiles(join(source.shippedFolder, '*.yaml'));
  // Each once, however many patterns it fits.
  const own = [...new Set((await Promise.all(source.ownFiles.map(listFiles))).flat())];
  const definitions = await Promise.all([
    ...shipped.map((file) => readCollector(file, true)),
    ...own.map((file) => readCollector(file, false)),
  ]);
  assertUnique(definitions);
  for (const definition of definitions) {
    const unknown = definition.relations.find((name) => !relations.has(name));
    if (unknown !== undefined) {
      throw new BugflowError(
        'COLLECTOR_INVALID',
        `unknown relation "${unknown}"; see the files in metrics/relations`,
        {
          place: definition.relationsPlace,
        },
      );
    }
    for (const sql of shapes(definition))
      compileQuery(
        sql,
        relations.resolve(mentioned(definition.relations, sql), () => true),
      );
  }
  return { collectors: applyOverrides(definitions, source), relations };
}

function listFiles(pattern: string): Promise<string[]> {
  return matchingFiles(pattern, { what: 'collectors', key: 'collectors', code: 'COLLECTOR_UNREADABLE' });
}

function applyOverrides(
  definitions: readonly CollectorDefinition[],
  source: LibrarySource,
): CollectorDefinition[] {
  const place = source.configFile === undefined ? undefined : { file: source.configFile };
  for (const [name, override] of Object.entries(source.overrides)) {
    if (!definitions.some((definition) => definition.name === name)) {
      const known = definitions.map((definition) => definition.name).join(', ');
      throw new BugflowError(
        'CONFIG_INVALID',
        `overrides: there is no collector "${name}"; known are ${known}`,
        { place },
      );
    }
    if (override.schedule !== undefined && cronProblem(override.schedule) !== undefined) {
      // The expression is not quoted: it may come from a variable.
      throw new BugflowError(
        'CONFIG_INVALID',
        `overrides.${name}.schedule is not a cron expression; write it like "*/5 * * * *", with no step longer than its field`,
        { place },
      );
    }
  }
  return definitions
    .filter(({ name }) => source.overrides[name]?.enabled !== false)
    .map((definition) => {
      const override = source.overrides[definition.name];
      return {
        ...definition,
        maxLabelBytes: source.maxLabelBytes ?? definition.maxLabelBytes,
        schedule: override?.schedule ?? definition.schedule,
        timeoutMs: override?.timeoutMs ?? definition.timeoutMs,
        staleAfterMs: override?.staleAfterMs ?? definition.staleAfterMs,
        maxSeries: override?.maxSeries ?? definition.maxSeries,
      };
    });
}
