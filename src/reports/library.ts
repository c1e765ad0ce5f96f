import { join } from 'node:path';
import { BugflowError } from '../base/errors.js';
import { matchingFiles } from '../base/matching-files.js';
import { readText } from '../base/read-text.js';
import type { RefusedFile } from '../base/refused-file.js';
import { compileQuery, mentioned } from '../taiga/sql/compile.js';
import type { RelationLibrary } from '../taiga/sql/relations.js';
import { type ReportDefinition, readReport } from './definition.js';
import { reportParameters } from './parameters.js';

/** All reports, checked as far as possible without a database. */
export interface ReportLibrary {
  readonly reports: readonly ReportDefinition[];
  readonly refused: readonly RefusedFile[];
  /** Whether the report may be one of those in refused files. */
  mayBeRefused(name: string): boolean;
  /** @throws BugflowError that names those that there are */
  get(name: string): ReportDefinition;
}

export interface ReportsSource {
  /** The folder of the reports that ship with the service. */
  readonly shippedFolder: string;
  /** The team's own files: absolute paths, which may have wildcards in the file name. */
  readonly ownFiles: readonly string[];
}

/**
 * A wrong file of the team's own is refused and named; everything else is loaded. The report that it held before stays.
 * @throws BugflowError that names file, line and fix
 */
export async function loadReports(
  source: ReportsSource,
  relations: RelationLibrary,
  before?: ReportLibrary,
): Promise<ReportLibrary> {
  const shipped = await listFiles(join(source.shippedFolder, '*.yaml'));
  // Each once, however many patterns it fits.
  const own = [...new Set((await Promise.all(source.ownFiles.map(listFiles))).flat())];
  const reports = await Promise.all(shipped.map((file) => readReport(file, true)));
  for (const report of reports) checkReport(report, reports, relations);
  const wrong = new Map<string, string>();
  const refuse = (file: string, { message }: BugflowError, tried?: ReportDefinition): void => {
    if (!wrong.has(file)) wrong.set(file, message);
    const former = before?.reports.find((report) => report.file === file);
    if (former && former !== tried) reports.push(former);
  };
  const attempts = await Promise.allSettled(own.map((file) => readReport(file, false)));
  for (const [i, attempt] of attempts.entries()) {
    if (attempt.status === 'fulfilled') reports.push(attempt.value);
    else refuse(own[i] ?? '', known(attempt.reason));
  }
  // A report that leads to one that is left out is wrong, too.
  for (let found = firstWrong(reports, relations); found; found = firstWrong(reports, relations)) {
    reports.splice(reports.indexOf(found.report), 1);
    refuse(found.report.file, found.error, found.report);
  }
  const refused = [...wrong].map(
    ([file, message]): RefusedFile => ({
      ...{ kind: 'report', file, message },
      stays: reports.some((report) => report.file === file),
    }),
  );
  const namesOfRefused = await Promise.all(refused.map(({ file }) => nameIn(file)));
  return {
    reports,
    refused,
    mayBeRefused: (name) => namesOfRefused.some((each) => each === undefined || each === name),
    get(name) {
      const found = reports.find((report) => report.name === name);
      if (found) return found;
      const names = reports.map((report) => report.name).join(', ');
      const left = refused.map(({ message }) => `; not loaded: ${message}`).join('');
      throw new BugflowError('REPORT_USAGE', `there is no report "${name}"; known are ${names}${left}`);
    },
  };
}

/** The name of the report in a file, whatever else is wrong there; undefined where it cannot be told. */
async function nameIn(file: string): Promise<string | undefined> {
  const codes = { unreadable: 'REPORT_UNREADABLE', invalid: 'REPORT_INVALID', noPipes: true } as const;
  const text = await readText(file, codes).catch(() => '');
  return /^report: *(["']?)(\w+)\1 *(?:#.*)?$/m.exec(text)?.[2];
}

function listFiles(pattern: string): Promise<string[]> {
  return matchingFiles(pattern, { what: 'reports', key: 'report_files', code: 'REPORT_UNREADABLE' });
}

/** The first own report with which something is wrong that only shows beside the others. */
function firstWrong(
  reports: readonly ReportDefinition[],
  relations: RelationLibrary,
): { readonly report: ReportDefinition; readonly error: BugflowError } | undefined {
  for (const [i, report] of reports.entries()) {
    if (report.shipped) continue;
    try {
      assertUnique(report, reports.slice(0, i));
      checkReport(report, reports, relations);
    } catch (error) {
      return { report, error: known(error) };
    }
  }
  return undefined;
}

/** @throws what is no mistake of a file */
function known(error: unknown): BugflowError {
  if (error instanceof BugflowError) return error;
  throw error;
}

/** @throws BugflowError */
function checkReport(
  report: ReportDefinition,
  reports: readonly ReportDefinition[],
  relations: RelationLibrary,
): void {
  checkSql(report, relations);
  checkLinks(report, reports);
}

function assertUnique({ name, file }: ReportDefinition, others: readonly ReportDefinition[]): void {
  const other = others.find((report) => report.name === name);
  if (other)
    throw new BugflowError(
      'REPORT_INVALID',
      `there is a report "${name}" already, in ${other.file}; rename one`,
      { place: { file } },
    );
}

function checkLinks({ sections }: ReportDefinition, reports: readonly ReportDefinition[]): void {
  for (const { columns, place } of sections)
    for (const { name, leadsTo } of columns) {
      if (leadsTo === undefined) continue;
      const [report, section] = leadsTo.split('#');
      const found = reports.find((candidate) => candidate.name === report);
      if (found?.about === 'item')
        throw new BugflowError(
          'REPORT_INVALID',
          `column "${name}" leads to ${leadsTo}, which is about one item; name a column ref, which leads there by itself`,
          { place },
        );
      if (found && (section === undefined || found.sections.some((each) => each.name === section))) continue;
      const missing = found
        ? `the report ${report} has no section "${section}"`
        : `there is no report "${report}"`;
      throw new BugflowError('REPORT_INVALID', `column "${name}" leads to ${leadsTo}, but ${missing}`, {
        place,
      });
    }
}

function checkSql(report: ReportDefinition, relations: RelationLibrary): void {
  const own = reportParameters({
    projects: [],
    period: { fromMs: 0, toMs: 0 },
    item: report.about === 'item' ? '' : undefined,
    calendar: { weekdays: [], holidays: [] },
  });
  const askedBy = { kind: 'report', name: report.name };
  for (const { relations: named, sql, place } of report.sections) {
    const unknown = named.find((name) => !relations.has(name));
    if (unknown !== undefined)
      throw new BugflowError(
        'REPORT_INVALID',
        `unknown relation "${unknown}"; see the files in metrics/relations`,
        { place },
      );
    compileQuery(
      sql,
      relations.resolve(mentioned(named, sql), () => true),
      { own, askedBy },
    );
  }
}
