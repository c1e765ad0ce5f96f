import { hasCode, messageOf } from '../../base/errors.js';
import type { Engine } from '../../collectors/engine.js';
import { createReports, type Reports } from '../../reports/reports.js';
import type { ReportResult } from '../../reports/result.js';
import { createSharedReports, type SharedReports } from '../../reports/shared-reports.js';
import { type Choice, noReportPage, reportPage, reportsPage } from '../../server/pages/reports.js';
import { startPage } from '../../server/pages/start.js';
import type { Answer } from '../../server/route.js';
import { parameterValues } from '../../taiga/parameters.js';
import { createTaiga } from '../../taiga/taiga.js';
import type { Installation } from '../installation.js';
import type { Part } from '../part.js';
import { type DatabasePart, databaseSettings } from './database.js';

export interface ReportsPartOptions {
  readonly installation: Installation;
  readonly database: Pick<DatabasePart, 'current'>;
  readonly engine: () => Pick<Engine, 'statuses'>;
}

/** What the start page shows. */
const START_REPORT = 'portfolio';
const NOT_READ_YET = 'Taiga’s history is being read for the first time: look again in a minute.';
const ANY_MOMENT = new Date('2026-01-01T00:00:00Z');

/** Reports for other parts, too. */
export interface ReportsPart extends Part {
  reports(): Reports;
}

/** The start page, and the reports as pages: `/reports` and `/reports/NAME`. */
export function createReportsPart(options: ReportsPartOptions): ReportsPart {
  const { database, engine } = options;
  let opened = open(options.installation);

  function open({ config, library: { relations }, reports: library }: Installation): {
    readonly reports: Reports;
    readonly shared: SharedReports;
  } {
    const { calendar, timeZone, taigaUrl } = config;
    const { allowSuperuser } = config.database;
    const reports = createReports({
      taiga: createTaiga({
        database: database.current(),
        relations,
        values: (at) => parameterValues(config, at, null, engine().statuses()),
        allowSuperuser,
      }),
      library,
      time: { calendar, timeZone },
      taigaUrl,
    });
    return { reports, shared: createSharedReports({ reports, now: Date.now }) };
  }

  const answer = async (name: string, choice: Choice): Promise<Answer> => {
    const { reports, shared } = opened;
    const definition = reports.library.reports.find((report) => report.name === name);
    if (!definition) return { status: 404, page: noReportPage() };
    const page = (projects: readonly string[], outcome: Parameters<typeof reportPage>[0]['outcome']) =>
      reportPage({ definition, choice, projects, outcome });
    if (engine().statuses() === undefined)
      return {
        status: 503,
        page: page([], NOT_READ_YET),
      };
    let projects: readonly string[] = [];
    try {
      projects = await reports.projects();
      const { projects: asked, period, from, to } = choice;
      const [only] = projects;
      const result = await shared.run({
        report: name,
        projects: definition.projects === 'one' && asked.length === 0 && only !== undefined ? [only] : asked,
        period: { name: period || undefined, from: from || undefined, to: to || undefined },
      });
      return { page: page(projects, result) };
    } catch (error) {
      return { status: hasCode(error, 'REPORT_USAGE') ? 400 : 503, page: page(projects, messageOf(error)) };
    }
  };

  /** How all projects are doing. A page that leads on helps also when this is not known. */
  const start = async (): Promise<ReportResult | string> => {
    if (engine().statuses() === undefined) return NOT_READ_YET;
    try {
      return await opened.shared.run({ report: START_REPORT, projects: [], period: {} });
    } catch (error) {
      return messageOf(error);
    }
  };

  return {
    name: 'reports',
    reports: () => opened.reports,
    settings: (installation) => ({
      reports: installation.reports.reports,
      database: databaseSettings(installation),
      bound: parameterValues(installation.config, ANY_MOMENT),
      calendar: installation.config.calendar,
      timeZone: installation.config.timeZone,
    }),
    reload(next) {
      opened = open(next);
    },
    routes: [
      {
        method: 'GET',
        path: '/',
        login: 'login',
        async handle() {
          const { reports } = opened.reports.library;
          return { page: startPage({ outcome: await start(), reports }) };
        },
      },
      {
        method: 'GET',
        path: '/reports',
        login: 'login',
        link: { name: 'reports', meaning: 'reports about projects and periods that you choose' },
        handle: () => ({ page: reportsPage(opened.reports.library.reports) }),
      },
      {
        method: 'GET',
        path: '/reports/:report',
        login: 'login',
        handle: ({ params, query }) => answer(params.report ?? '', choiceOf(query)),
      },
    ],
  };
}

function choiceOf(query: Readonly<Record<string, unknown>>): Choice {
  const all = (name: string): string[] =>
    [query[name]].flat().filter((value): value is string => typeof value === 'string' && value !== '');
  const one = (name: string): string => all(name)[0] ?? '';
  const [from, to] = [one('from'), one('to')];
  // A browser sends the period's list with it.
  return { projects: all('project'), period: from === '' && to === '' ? one('period') : '', from, to };
}
