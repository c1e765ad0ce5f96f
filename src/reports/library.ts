import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BugflowError } from '../base/errors.js';
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

/** Reads the reports of a folder. @throws BugflowError that names file, line and fix */
export async function loadReports(shippedFolder: string, relations: RelationLibrary): Promise<ReportLibrary> {
  const names = (await readdir(shippedFolder)).filter((name) => name.endsWith('.yaml')).sort();
  const reports = await Promise.all(names.map((name) => readReport(join(shippedFolder, name), true)));
  for (const report of reports) checkSql(report, relations);
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

function checkSql(report: ReportDefinition, relations: RelationLibrary): void {
  const own = reportParameters({ projects: [], period: { fromMs: 0, toMs: 0 } });
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
