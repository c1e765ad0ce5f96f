import type { CollectorDefinition } from '../collectors/definition.js';
import { countSeries } from '../collectors/families.js';
import type { ParameterValues } from '../collectors/parameters.js';
import { createReader, type Reader } from '../collectors/reader.js';
import { readOnce } from '../collectors/reading.js';
import { verifyEach } from '../collectors/verify.js';
import { describeTarget } from '../database/explain-error.js';
import { describeServer } from '../database/failover.js';
import { describeMissing } from '../database/taiga-schema.js';
import { BugflowError, isDatabaseUnusable, messageOf } from '../errors.js';
import { createFileWatch } from '../server/web-config/file-watch.js';
import { readWebFile } from '../server/web-config/web-file.js';
import { checkRules } from './check-rules.js';
import { explainFileRights } from './file-rights.js';
import type { Installation } from './installation.js';
import { learnValues } from './learned-values.js';
import { openDatabase } from './open-database.js';
import { formatTable } from './table.js';
import { printWorkflow } from './workflow-table.js';

export interface CheckOptions {
  readonly now: Date;
  readonly print: (line: string) => void;
}

/**
 * Tries everything out once and prints what it finds: the connection, the boards' statuses and stages, and for each
 * collector what it would yield and how long that took. Resolves to whether all is well.
 * @throws BugflowError when the database cannot be used at all.
 */
export async function check(
  { config, library }: Installation,
  { now, print }: CheckOptions,
): Promise<boolean> {
  print(`Configuration: ${config.file ?? 'none, only the environment'}`);
  print(`Database: ${describeTarget(config.database).where}`);
  if (config.ssh) print(`Through SSH: ${config.ssh.host}`);
  if (config.web.configFile !== undefined) await printWebFile(config.web.configFile, print);
  const ruleProblems = await checkRules(config.alerting, { print });
  const { database } = openDatabase(config, {
    onIdleError: () => undefined,
    onSwitch: (server) => print(`Read from: ${describeServer(server)}`),
  });
  try {
    let hasFileRights = false;
    const reader = createReader(database, library.relations, {
      allowSuperuser: config.database.allowSuperuser,
      onFileRights(rights) {
        hasFileRights = true;
        print(`Beware: ${explainFileRights(rights)}.`);
      },
    });
    const learned = await learnValues(config, reader, now);
    const startedTick = performance.now();
    const valuesNow = (): ParameterValues => ({
      ...learned.past(),
      now: new Date(now.getTime() + performance.now() - startedTick).toISOString(),
    });
    await printWorkflow(await reader.readRelation('workflow', learned.present), print);

    const problems: string[] = [];
    const rows: string[][] = [];
    const failed = new Set<CollectorDefinition>();
    let databaseMs = 0;
    for (const definition of library.collectors) {
      try {
        const missing = await reader.lacking(definition.requires);
        if (missing.length > 0) {
          rows.push([definition.name, `off: ${describeMissing(missing)}`, '', '', '']);
          continue;
        }
        const values = definition.events ? learned.past() : learned.present;
        const reading = await readOnce(reader, definition, values);
        const series = reading.families.reduce((sum, family) => sum + countSeries(family), 0);
        databaseMs += reading.databaseMs;
        rows.push([
          definition.name,
          'good',
          String(reading.rowCount),
          String(series),
          `${Math.round(reading.databaseMs)} ms`,
        ]);
      } catch (error) {
        if (!(error instanceof BugflowError) || isDatabaseUnusable(error)) throw error;
        failed.add(definition);
        problems.push(messageOf(error));
        rows.push([definition.name, 'FAILED', '', '', '']);
      }
    }
    print('');
    for (const line of formatTable(['collector', 'result', 'rows', 'series', 'database'], rows)) print(line);
    print('');
    const verifiable = library.collectors.filter((definition) => !failed.has(definition));
    const { differing, failures } = await printVerification(reader, verifiable, valuesNow, print);
    problems.push(...failures);
    // One missing right is the trouble of many.
    for (const problem of new Set([...problems, ...ruleProblems])) print(problem);
    const verdicts: string[] = [];
    if (problems.length > 0) verdicts.push(`${problems.length} of ${rows.length} collectors failed.`);
    if (differing > 0) {
      verdicts.push(
        `History differs from what is there now in ${differing} series, listed above; docs/data-quality.md says how that comes.`,
      );
    }
    if (ruleProblems.length > 0) verdicts.push('Something is wrong with the alerts: see above.');
    const isWell = verdicts.length === 0;
    if (isWell) {
      const exception = hasFileRights ? ' but for the warning above' : '';
      verdicts.push(
        `All is well${exception}: ${rows.length} collectors, ${Math.round(databaseMs)} ms of database time.`,
      );
    }
    print(verdicts.join(' '));
    return isWell;
  } finally {
    await database.close();
  }
}

/** @throws BugflowError when something is wrong with it. */
async function printWebFile(file: string, print: (line: string) => void): Promise<void> {
  const { tls, users, tokens } = await readWebFile(file, createFileWatch());
  const parts = [
    tls ? `TLS (${tls.clientAuth})` : 'no TLS',
    `users: ${users.size}`,
    `tokens: ${tokens.length}`,
  ];
  print(`Web configuration: ${file}: ${parts.join(', ')}`);
}

/** Whether history leads to where the tables are now. Prints the series in which it does not. */
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
  if (differing === 0 && failures.length === 0) print('History leads to what is there now.');
  return { differing, failures };
}
