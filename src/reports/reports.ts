import { BugflowError } from '../base/errors.js';
import { isWorkingDay, type WorkingTime } from '../calendar/working-time.js';
import { offReason } from '../taiga/off.js';
import type { Answer, Taiga } from '../taiga/taiga.js';
import type { ReportDefinition, SectionDefinition } from './definition.js';
import type { ReportLibrary } from './library.js';
import { reportParameters } from './parameters.js';
import { type AskedPeriod, type Period, type ResolvedPeriod, resolvePeriod } from './period.js';
import type { Cell, ReportResult, SectionResult } from './result.js';

/** What somebody wants to know. */
export interface ReportRequest {
  readonly report: string;
  /** Slugs; empty: all projects. */
  readonly projects: readonly string[];
  /** Where nothing is said: the report's own period. */
  readonly period: AskedPeriod;
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
    async run({ report: name, projects: asked, period: askedPeriod }, now) {
      const definition = library.get(name);
      const isAsked = Object.values(askedPeriod).some((part) => part !== undefined);
      const period = resolvePeriod(isAsked ? askedPeriod : { name: definition.period }, {
        nowMs: now.getTime(),
        timeZone: time.timeZone,
        isWorkingDay: (date) => isWorkingDay(time, date),
      });
      const projects = await chooseProjects(taiga, definition, asked);
      const keys = asked.length === 0 ? undefined : await readKeys(taiga, definition, projects);
      const sections: SectionResult[] = [];
      for (const section of definition.sections) {
        if (await offReason(taiga, section)) continue;
        sections.push(await readSection(taiga, definition, section, { projects, period, keys }));
      }
      const { timeZone } = time;
      return { definition, projects, period, readAtMs: now.getTime(), timeZone, taigaUrl, sections };
    },
  };
}

interface Scope {
  readonly projects: readonly string[];
  readonly period: ResolvedPeriod;
  readonly keys: readonly string[] | undefined;
}

async function readSection(
  taiga: Taiga,
  report: ReportDefinition,
  section: SectionDefinition,
  { projects, period, keys }: Scope,
): Promise<SectionResult> {
  const read = (during: Period): Promise<Answer> =>
    taiga.query({
      askedBy: { kind: 'report', name: report.name },
      from: { sql: section.sql, relations: section.relations, shipped: report.shipped },
      parameters: reportParameters({ projects, period: during }),
      limit: section.limit,
      timeoutMs: report.timeoutMs,
      ...(keys && { keys }),
    });
  const answer = await read(period);
  const before = section.compare ? await read(period.before) : undefined;
  return {
    definition: section,
    rows: cellsOf(section, answer),
    before: before && cellsOf(section, before),
    isCut: answer.isCut,
  };
}

/** The columns that the section names, in its order. @throws BugflowError when the SQL lacks one */
function cellsOf({ columns, sql }: SectionDefinition, answer: Answer): Cell[][] {
  const indexes = columns.map(({ name }) => {
    const index = answer.columns.findIndex((column) => column.name === name);
    if (index >= 0) return index;
    const found = answer.columns.map((column) => column.name).join(', ');
    throw new BugflowError('REPORT_VALUE', `the SQL does not return the column "${name}", only ${found}`, {
      place: { file: sql.file, line: sql.line },
    });
  });
  return answer.rows.map((row) => indexes.map((index) => row[index] ?? null));
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

/** The history keys of everything that is or was in these projects, so that SQL reads no others. */
async function readKeys(
  taiga: Taiga,
  { name }: ReportDefinition,
  projects: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await taiga.query({
    askedBy: { kind: 'report', name },
    from: {
      sql: {
        text: 'SELECT key FROM project_item WHERE project = ANY (:projects)',
        file: 'project_item',
        line: 1,
      },
      relations: ['project_item'],
      shipped: true,
    },
    parameters: { projects: { type: 'text[]', value: projects } },
    limit: MAX_KEYS,
  });
  return rows.flatMap(([key]) => key ?? []);
}

const MAX_KEYS = 10_000_000;
