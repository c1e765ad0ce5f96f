import { join } from 'node:path';
import { BugflowError } from '../base/errors.js';
import { matchingFiles } from '../base/matching-files.js';
import type { RefusedFile } from '../base/refused-file.js';
import type { CollectorOverride } from '../config/collector-sections.js';
import { cronProblem } from '../scheduling/cron-expression.js';
import { compileQuery, mentioned } from '../taiga/sql/compile.js';
import { loadRelations, type RelationLibrary } from '../taiga/sql/relations.js';
import { type CollectorDefinition, createNames, readCollector, shapes } from './definition.js';

/** All collectors of an installation, checked as far as possible without a database. */
export interface CollectorLibrary {
  readonly collectors: readonly CollectorDefinition[];
  /** The same, and those that are switched off, as their files have them. */
  readonly asRead: readonly CollectorDefinition[];
  readonly refused: readonly RefusedFile[];
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

/**
 * A wrong file of the team's own is refused and named; everything else is loaded. The collector that it held before stays.
 * @throws BugflowError that names file, line and fix
 */
export async function loadLibrary(
  source: LibrarySource,
  before?: CollectorLibrary,
): Promise<CollectorLibrary> {
  const relations = await loadRelations(join(source.shippedFolder, 'relations'));
  const shipped = await listFiles(join(source.shippedFolder, '*.yaml'));
  // Each once, however many patterns it fits.
  const own = [...new Set((await Promise.all(source.ownFiles.map(listFiles))).flat())];
  const names = createNames();
  const asRead: CollectorDefinition[] = [];
  const accept = (definition: CollectorDefinition): void => {
    assertReadable(definition, relations);
    names.take(definition);
    asRead.push(definition);
  };
  for (const definition of await Promise.all(shipped.map((file) => readCollector(file, true))))
    accept(definition);
  const attempts = await Promise.allSettled(own.map((file) => readCollector(file, false)));
  const problems = new Map<string, string>();
  for (const [i, attempt] of attempts.entries()) {
    try {
      if (attempt.status === 'rejected') throw attempt.reason;
      accept(attempt.value);
    } catch (error) {
      if (!(error instanceof BugflowError)) throw error;
      problems.set(own[i] ?? '', error.message);
    }
  }
  const refused = [...problems].map(([file, message]): RefusedFile => {
    const former = before?.asRead.find((definition) => definition.file === file);
    return { kind: 'collector', file, message, stays: former !== undefined && isAccepted(accept, former) };
  });
  return { collectors: applyOverrides(asRead, refused, source), asRead, refused, relations };
}

function isAccepted(
  accept: (definition: CollectorDefinition) => void,
  definition: CollectorDefinition,
): boolean {
  try {
    accept(definition);
    return true;
  } catch (error) {
    if (!(error instanceof BugflowError)) throw error;
    return false;
  }
}

/** @throws BugflowError */
function assertReadable(definition: CollectorDefinition, relations: RelationLibrary): void {
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

function listFiles(pattern: string): Promise<string[]> {
  return matchingFiles(pattern, { what: 'collectors', key: 'collectors', code: 'COLLECTOR_UNREADABLE' });
}

function applyOverrides(
  definitions: readonly CollectorDefinition[],
  refused: readonly RefusedFile[],
  source: LibrarySource,
): CollectorDefinition[] {
  const place = source.configFile === undefined ? undefined : { file: source.configFile };
  for (const [name, override] of Object.entries(source.overrides)) {
    // A refused file may hold it.
    if (refused.length === 0 && !definitions.some((definition) => definition.name === name)) {
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
