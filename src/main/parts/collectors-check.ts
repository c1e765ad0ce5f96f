import { BugflowError, isDatabaseUnusable, messageOf } from '../../base/errors.js';
import { describeRefused } from '../../base/refused-file.js';
import type { CollectorDefinition } from '../../collectors/definition.js';
import { createOneTimeReadings } from '../../collectors/events/one-time-readings.js';
import { countSeries } from '../../collectors/families.js';
import type { Reading } from '../../collectors/reading.js';
import { verifyEach } from '../../collectors/verify.js';
import type { Database } from '../../database/database.js';
import { offReason } from '../../taiga/off.js';
import type { ParameterValues } from '../../taiga/parameters.js';
import { createReader, type Reader } from '../../taiga/reader.js';
import { describeMissing } from '../../taiga/schema.js';
import { explainFileRights } from '../file-rights.js';
import type { Installation } from '../installation.js';
import { learnValues } from '../learned-values.js';
import type { CheckContext, Findings } from '../part.js';
import { refusedFiles } from '../refused-files.js';
import { formatTable } from '../table.js';
import { printWorkflow } from '../workflow-table.js';

/**
 * Prints the boards' statuses and stages, and for each collector what it would yield and how long that took.
 * @throws BugflowError when the database cannot be used at all
 */
export async function checkCollectors(
  installation: Installation,
  database: Database,
  { now, print }: CheckContext,
): Promise<Findings> {
  const { config, library } = installation;
  let hasWarned = false;
  const reader = createReader(database, library.relations, {
    allowSuperuser: config.database.allowSuperuser,
    onFileRights(rights) {
      hasWarned = true;
      print(`Beware: ${explainFileRights(rights)}.`);
    },
    onTimeZone(difference) {
      hasWarned = true;
      print(`Beware: ${difference}.`);
    },
  });
  const learned = await learnValues(config, reader, now);
  const startedTick = performance.now();
  const valuesNow = (): ParameterValues => ({
    ...learned.past(),
    now: new Date(now.getTime() + performance.now() - startedTick).toISOString(),
  });
  await printWorkflow(await reader.readRelation('workflow', learned.present), print);

  const read = createOneTimeReadings({ database, reader, definitions: library.collectors, ...learned });
  const trials = await tryEach(library.collectors, reader, read);
  print('');
  const rows = trials.map(({ row }) => row);
  for (const line of formatTable(['collector', 'result', 'rows', 'series', 'database'], rows)) print(line);
  print('');
  const verifiable = trials.filter(({ problem }) => problem === undefined);
  const { differing, failures } = await printVerification(
    reader,
    verifiable.map(({ definition }) => definition),
    valuesNow,
    print,
  );

  const failed = [...trials.flatMap(({ problem }) => problem ?? []), ...failures];
  const left = refusedFiles(installation);
  const problems = [...left.map(describeRefused), ...failed];
  const conclusions: string[] = [];
  if (left.length > 0)
    conclusions.push(
      left.length === 1
        ? 'A file of your own was not loaded.'
        : `${left.length} files of your own were not loaded.`,
    );
  if (failed.length > 0) conclusions.push(`${failed.length} of ${trials.length} collectors failed.`);
  if (differing > 0) {
    conclusions.push(
      `History differs from the present in ${differing} series, listed above; docs/data-quality.md explains why that happens.`,
    );
  }
  const databaseMs = trials.reduce((sum, trial) => sum + trial.databaseMs, 0);
  const summary = `${trials.length} collectors, ${Math.round(databaseMs)} ms of database time`;
  return { problems, conclusions, summary, hasWarned };
}

/** The result of running a collector once. */
interface Trial {
  readonly definition: CollectorDefinition;
  readonly row: readonly string[];
  readonly databaseMs: number;
  readonly problem?: string;
}

async function tryEach(
  collectors: readonly CollectorDefinition[],
  reader: Reader,
  read: (definition: CollectorDefinition) => Promise<Reading>,
): Promise<readonly Trial[]> {
  const trials: Trial[] = [];
  for (const definition of collectors) {
    const { name } = definition;
    try {
      const off = await offReason(reader, definition);
      if (off) {
        trials.push({
          definition,
          row: [name, `off: ${describeMissing(off.missing)}`, '', '', ''],
          databaseMs: 0,
        });
        continue;
      }
      const { families, rowCount, databaseMs } = await read(definition);
      const series = families.reduce((sum, family) => sum + countSeries(family), 0);
      const row = [name, 'good', String(rowCount), String(series), `${Math.round(databaseMs)} ms`];
      trials.push({ definition, row, databaseMs });
    } catch (error) {
      if (!(error instanceof BugflowError) || isDatabaseUnusable(error)) throw error;
      trials.push({
        definition,
        row: [name, 'FAILED', '', '', ''],
        databaseMs: 0,
        problem: messageOf(error),
      });
    }
  }
  return trials;
}

/** Compares history with the present, and prints the series that differ. */
async function printVerification(
  reader: Reader,
  collectors: readonly CollectorDefinition[],
  values: () => ParameterValues,
  print: (line: string) => void,
): Promise<{ readonly differing: number; readonly failures: readonly string[] }> {
  let differing = 0;
  const failures: string[] = [];
  for (const result of (await verifyEach(reader, collectors, values)).values()) {
    if (result instanceof Error) {
      failures.push(result.message);
      continue;
    }
    differing += result.length;
    for (const { metric, labels, now, spans } of result)
      print(`history differs: ${metric}${labels} is ${now}, by history ${spans}`);
  }
  if (differing === 0 && failures.length === 0) print('History agrees with the present.');
  return { differing, failures };
}
