import { BugflowError, hasCode } from '../base/errors.js';
import { isWorkingDay, type WorkingTime } from '../calendar/working-time.js';
import { offReason } from '../taiga/off.js';
import type { OwnParameters } from '../taiga/parameters.js';
import type { Answer, Query, TableQuery, Taiga } from '../taiga/taiga.js';
import type { ReportDefinition, SectionDefinition } from './definition.js';
import { findItem, parseRef } from './find-item.js';
import { readHistoryKeys } from './history-keys.js';
import type { ReportLibrary } from './library.js';
import { type ReportScope, reportParameters } from './parameters.js';
import {
  type AskedPeriod,
  isSprintPeriod,
  lifePeriod,
  type ResolvedPeriod,
  resolvePeriod,
} from './period.js';
import type { ReportResult, ResultItem, SectionResult } from './result.js';
import { readLastSprint } from './sprint-period.js';

/** What somebody wants to know. */
export interface ReportRequest {
  readonly report: string;
  /** Slugs; empty: all projects. */
  readonly projects: readonly string[];
  /** Where nothing is said: the report's own period. */
  readonly period: AskedPeriod;
  /** For a report about an item, its number in the project. */
  readonly item?: string | undefined;
}

export interface Reports {
  readonly library: ReportLibrary;
  /** The slugs of all projects. @throws BugflowError */
  projects(): Promise<readonly string[]>;
  /** Reads a report's numbers. @throws BugflowError */
  run(request: ReportRequest, now: Date): Promise<ReportResult>;
}

export interface ReportsOptions {
  readonly taiga: Taiga;
  readonly library: ReportLibrary;
  readonly time: WorkingTime;
  /** Where people find Taiga, without a slash at the end; empty: not known. */
  readonly taigaUrl: string;
}

export function createReports({ taiga, library, time, taigaUrl }: ReportsOptions): Reports {
  return {
    library,
    projects: () => readProjects(taiga, 'the list of projects'),
    async run({ report: name, projects: asked, period: askedPeriod, item: askedItem }, now) {
      const definition = library.get(name);
      assertAsked(definition, askedPeriod, askedItem);
      const asking = { asked, now, time };
      const scope =
        definition.about === 'item'
          ? await itemScope(taiga, definition, { ...asking, item: askedItem ?? '' })
          : await periodScope(taiga, definition, { ...asking, askedPeriod });
      const sections = await readSections(taiga, definition, scope);
      const { projects, period, found } = scope;
      const { timeZone } = time;
      const readAtMs = now.getTime();
      return {
        ...{ definition, projects, period, readAtMs, timeZone, taigaUrl, sections },
        ...(found && { item: found }),
      };
    },
  };
}

/** What everything that a report reads is restricted to. */
interface Scope extends ReportScope {
  readonly period: ResolvedPeriod;
  /** Undefined: all. */
  readonly keys: readonly string[] | undefined;
  /** The item that was asked for. */
  readonly found?: ResultItem;
}

interface Asking {
  readonly asked: readonly string[];
  readonly now: Date;
  readonly time: WorkingTime;
}

async function periodScope(
  taiga: Taiga,
  definition: ReportDefinition,
  { asked, askedPeriod, now, time }: Asking & { readonly askedPeriod: AskedPeriod },
): Promise<Scope> {
  const { name: report } = definition;
  const wanted = isAsked(askedPeriod) ? askedPeriod : { name: definition.period };
  const { timeZone, calendar } = time;
  const resolve = (): ResolvedPeriod =>
    resolvePeriod(wanted, {
      nowMs: now.getTime(),
      timeZone,
      isWorkingDay: (date) => isWorkingDay(time, date),
    });
  // A mistake in the period is told before Taiga is asked for anything.
  const known = isSprintPeriod(wanted) ? undefined : resolve();
  const projects = await chooseProjects(taiga, definition, asked);
  const period = known ?? (await readLastSprint(taiga, { report, projects, now, timeZone }));
  const keys = await readHistoryKeys(taiga, definition, { asked, projects, period });
  return { projects, period, calendar, keys };
}

async function itemScope(
  taiga: Taiga,
  definition: ReportDefinition,
  { asked, item, now, time }: Asking & { readonly item: string },
): Promise<Scope> {
  const { name: report, timeoutMs } = definition;
  const { timeZone, calendar } = time;
  const projects = await chooseProjects(taiga, definition, asked);
  const [project = ''] = projects;
  const ref = parseRef(item);
  const {
    key,
    keys,
    bornAtMs,
    diedAtMs,
    now: isNow,
  } = await findItem(taiga, { project, ref, report, timeoutMs });
  const period = lifePeriod(ref, { bornAtMs, diedAtMs, nowMs: now.getTime(), timeZone });
  return { projects, period, calendar, keys, item: key, found: { ref, now: isNow } };
}

function isAsked(period: AskedPeriod): boolean {
  return Object.values(period).some((part) => part !== undefined);
}

/** @throws BugflowError for what does not fit the report */
function assertAsked({ name, about }: ReportDefinition, period: AskedPeriod, item: string | undefined): void {
  if (about === 'projects' && item !== undefined)
    throw new BugflowError(
      'REPORT_USAGE',
      `the report ${name} is not about a single item; leave out its number`,
    );
  if (about === 'projects') return;
  if (item === undefined)
    throw new BugflowError(
      'REPORT_USAGE',
      `the report ${name} is about one item; give its project and its number`,
    );
  if (isAsked(period))
    throw new BugflowError(
      'REPORT_USAGE',
      `the report ${name} is about an item's whole life; leave out the period`,
    );
}

async function readSections(
  taiga: Taiga,
  report: ReportDefinition,
  { keys, ...scope }: Scope,
): Promise<SectionResult[]> {
  const isOn = await Promise.all(
    report.sections.map(async (section) => (await offReason(taiga, section)) === undefined),
  );
  const sections = report.sections.filter((_, i) => isOn[i]);
  const during = reportParameters(scope);
  const before = reportParameters({ ...scope, period: scope.period.before });
  const tableOf = (section: SectionDefinition, parameters: OwnParameters): TableQuery => ({
    ...{ sql: section.sql, relations: section.relations, shipped: report.shipped },
    ...{ columns: section.columns.map(({ name }) => name), parameters, limit: section.limit },
  });
  const tables = sections.flatMap((section) => [
    tableOf(section, during),
    ...(section.compare ? [tableOf(section, before)] : []),
  ]);
  const query = {
    askedBy: { kind: 'report', name: report.name },
    timeoutMs: report.timeoutMs * tables.length,
    ...(keys && { keys }),
  };
  const found = await taiga.queryTables({ ...query, tables }).catch(async (error: unknown) => {
    if (hasCode(error, 'QUERY_SQL'))
      await findMistake(taiga, report, sections, { ...query, parameters: during });
    throw error;
  });
  let next = 0;
  return sections.map((section) => {
    const { rows, isCut } = found[next++] ?? NO_ROWS;
    return {
      definition: section,
      rows,
      before: section.compare ? (found[next++] ?? NO_ROWS).rows : undefined,
      isCut,
    };
  });
}

const NO_ROWS = { rows: [], isCut: false };

/** Reads the sections one by one, for an error that says more than that of all of them together. @throws BugflowError */
async function findMistake(
  taiga: Taiga,
  { shipped }: ReportDefinition,
  sections: readonly SectionDefinition[],
  query: Pick<Query, 'askedBy' | 'parameters' | 'keys' | 'timeoutMs'>,
): Promise<void> {
  for (const section of sections) {
    const { sql, relations } = section;
    assertColumns(section, await taiga.query({ ...query, from: { sql, relations, shipped }, limit: 1 }));
  }
}

/** @throws BugflowError when the SQL lacks a column that the section shows */
function assertColumns({ columns, sql }: SectionDefinition, answer: Answer): void {
  const found = answer.columns.map((column) => column.name);
  const missing = columns.find(({ name }) => !found.includes(name));
  if (!missing) return;
  throw new BugflowError(
    'REPORT_VALUE',
    `the SQL does not return the column "${missing.name}", only ${found.join(', ')}`,
    { place: { file: sql.file, line: sql.line } },
  );
}

async function chooseProjects(
  taiga: Taiga,
  { name, projects: count }: ReportDefinition,
  asked: readonly string[],
): Promise<readonly string[]> {
  const all = await readProjects(taiga, name);
  const unknown = asked.find((project) => !all.includes(project));
  if (unknown !== undefined)
    throw new BugflowError('REPORT_USAGE', `there is no project "${unknown}"; there are ${all.join(', ')}`);
  const chosen = asked.length === 0 ? all : [...new Set(asked)].sort();
  if (count === 'one' && chosen.length !== 1)
    throw new BugflowError(
      'REPORT_USAGE',
      `the report ${name} is about one project; choose one of ${all.join(', ')}`,
    );
  return chosen;
}

async function readProjects(taiga: Taiga, report: string): Promise<string[]> {
  const askedBy = { kind: 'report', name: report };
  const { columns, rows } = await taiga.query({ askedBy, from: { relation: 'project' } });
  const slug = columns.findIndex((column) => column.name === 'project');
  return rows.flatMap((row) => row[slug] ?? []).sort();
}
