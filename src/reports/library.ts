import { join } from 'node:path';
import { BugflowError } from '../base/errors.js';
import { matchingFiles } from '../base/matching-files.js';
import { compileQuery, mentioned } from '../taiga/sql/compile.js';
import type { RelationLibrary } from '../taiga/sql/relations.js';
import { type ReportDefinition, readReport } from './definition.js';
import { reportParameters } from './parameters.js';

/** All reports, checked as far as possible without a database. */
export interface ReportLibrary {
  readonly reports: readonly ReportDefinition[];
  /** @throws BugflowError that names those that there are */
  get(name: string): ReportDefinition;
}

export interface ReportsSource {
  /** The folder of the reports that ship with the service. */
  readonly shippedFolder: string;
  /** The team's own files: absolute paths, which may have wildcards in the file name. */
  readonly ownFiles: readonly string[];
}

/** @throws BugflowError that names file, line and fix */
export async function loadReports(source: ReportsSource, relations: RelationLibrary): Promise<ReportLibrary> {
  const shipped = await listFiles(join(source.shippedFolder, '*.yaml'));
  // Each once, however many patterns it fits.
  const own = new Set((await Promise.all(source.ownFiles.map(listFiles))).flat());
  const reports = await Promise.all([
    ...shipped.map((file) => readReport(file, true)),
    ...[...own].map((file) => readReport(file, false)),
  ]);
  assertUnique(reports);
  for (const report of reports) {
    checkSql(report, relations);
    checkLinks(report, reports);
  }
  return {
    reports,
    get(name) {
      const found = reports.find((report) => report.name === name);
      if (found) return found;
      const known = reports.map((report) => report.name).join(', ');
      throw new BugflowError('REPORT_USAGE', `there is no report "${name}"; known are ${known}`);
    },
  };
}

function listFiles(pattern: string): Promise<string[]> {
  return matchingFiles(pattern, { what: 'reports', key: 'report_files', code: 'REPORT_UNREADABLE' });
}

function assertUnique(reports: readonly ReportDefinition[]): void {
  const files = new Map<string, string>();
  for (const { name, file } of reports) {
    const other = files.get(name);
    if (other !== undefined)
      throw new BugflowError(
        'REPORT_INVALID',
        `there is a report "${name}" already, in ${other}; rename one`,
        {
          place: { file },
        },
      );
    files.set(name, file);
  }
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
