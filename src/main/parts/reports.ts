import type { IncomingHttpHeaders } from 'node:http';
import { hasCode, messageOf } from '../../base/errors.js';
import type { Engine } from '../../collectors/engine.js';
import { chosenProjects } from '../../grafana/chosen-projects.js';
import type { ReportDefinition } from '../../reports/definition.js';
import { downloadOf, downloadRequest } from '../../reports/formats/download.js';
import type { Draw } from '../../reports/formats/draw.js';
import { createReports, type ReportRequest, type Reports } from '../../reports/reports.js';
import { createSharedReports, type LatestReading, type SharedReports } from '../../reports/shared-reports.js';
import { answerSoon, type PageRest, prefersToWait } from '../../server/answer-soon.js';
import {
  type Choice,
  createReportBodies,
  noFilePage,
  noReportPage,
  reportContent,
  reportPage,
  reportsPage,
} from '../../server/pages/reports.js';
import { MOST_PROJECTS_AT_ONCE, startContent, startPage } from '../../server/pages/start.js';
import type { Answer } from '../../server/route.js';
import { parameterValues } from '../../taiga/parameters.js';
import { createTaiga } from '../../taiga/taiga.js';
import type { Installation } from '../installation.js';
import type { Part } from '../part.js';
import { type DatabasePart, databaseSettings } from './database.js';

export interface ReportsPartOptions {
  readonly installation: Installation;
  readonly database: Pick<DatabasePart, 'forReports'>;
  readonly engine: () => Pick<Engine, 'statuses'>;
  readonly draw: Draw;
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
  const { database, engine, draw } = options;
  const bodyOf = createReportBodies();
  let opened = open(options.installation);

  function open({ config, library: { relations }, reports: library }: Installation): {
    readonly reports: Reports;
    readonly shared: SharedReports;
    readonly serviceUrl: string | undefined;
  } {
    const { calendar, timeZone, taigaUrl, externalUrls } = config;
    const { allowSuperuser } = config.database;
    const reports = createReports({
      taiga: createTaiga({
        database: database.forReports(),
        relations,
        values: (at) => parameterValues(config, at, null, engine().statuses()),
        allowSuperuser,
      }),
      library,
      time: { calendar, timeZone },
      taigaUrl,
    });
    return {
      reports,
      shared: createSharedReports({ reports, now: () => Date.now() }),
      serviceUrl: externalUrls.exporter,
    };
  }

  const requestOf = async (definition: ReportDefinition, choice: Choice): Promise<ReportRequest> => {
    const { projects: asked, item, period, from, to } = choice;
    const isItem = definition.about === 'item';
    const [only] = await opened.shared.projects();
    return {
      report: definition.name,
      projects:
        definition.projects === 'one' && !isItem && asked.length === 0 && only !== undefined ? [only] : asked,
      ...(isItem && { item }),
      period: { name: period || undefined, from: from || undefined, to: to || undefined },
    };
  };
  /** At once what was read a while ago, unless the client waits for the new reading. */
  const readingOf = async (request: ReportRequest, headers: IncomingHttpHeaders): Promise<LatestReading> => {
    const { shared } = opened;
    return prefersToWait(headers)
      ? { result: await shared.run(request), isRenewed: false }
      : shared.latest(request);
  };

  /** A form and the report, or why there is none. */
  const read = async (
    definition: ReportDefinition,
    choice: Choice,
    headers: IncomingHttpHeaders,
  ): Promise<PageRest> => {
    let projects: readonly string[] = [];
    const rest = (outcome: LatestReading | string | undefined, status = 200): PageRest => ({
      status,
      content: reportContent({ definition, choice, projects, outcome, bodyOf }),
    });
    if (engine().statuses() === undefined) return rest(NOT_READ_YET, 503);
    try {
      projects = await opened.shared.projects();
      if (definition.about === 'item' && choice.item === undefined) return rest(undefined);
      return rest(await readingOf(await requestOf(definition, choice), headers));
    } catch (error) {
      return rest(messageOf(error), statusOf(error));
    }
  };

  /** The report as a file, or a page that says why there is none. */
  const download = async (definition: ReportDefinition, choice: Choice, file: AskedFile): Promise<Answer> => {
    if (engine().statuses() === undefined) return { status: 503, page: noFilePage(NOT_READ_YET) };
    try {
      const request = downloadRequest(file.format, file.section);
      const result = await opened.shared.run(await requestOf(definition, choice));
      const { fileName, contentType, content } = await downloadOf(result, request, {
        serviceUrl: opened.serviceUrl,
        draw,
      });
      const headers = { 'content-disposition': `attachment; filename="${fileName}"` };
      return { headers, contentType, body: content };
    } catch (error) {
      return { status: statusOf(error), page: noFilePage(messageOf(error)) };
    }
  };

  /** How all projects are doing. A page that leads on helps also when this is not known. */
  const readStart = async (headers: IncomingHttpHeaders): Promise<PageRest> => {
    const { reports } = opened.reports.library;
    const rest = (outcome: LatestReading | string | readonly string[]): PageRest => ({
      content: startContent({ outcome, reports, bodyOf }),
    });
    if (engine().statuses() === undefined) return rest(NOT_READ_YET);
    try {
      const projects = await opened.shared.projects();
      if (projects.length > MOST_PROJECTS_AT_ONCE) return rest(projects);
      return rest(await readingOf({ report: START_REPORT, projects: [], period: {} }, headers));
    } catch (error) {
      return rest(messageOf(error));
    }
  };

  return {
    name: 'reports',
    reports: () => opened.reports,
    settings: (installation) => ({
      reports: installation.reports.reports,
      refused: installation.reports.refused,
      database: databaseSettings(installation),
      bound: parameterValues(installation.config, ANY_MOMENT),
      calendar: installation.config.calendar,
      timeZone: installation.config.timeZone,
      serviceUrl: installation.config.externalUrls.exporter,
    }),
    reload(next) {
      opened = open(next);
    },
    routes: [
      {
        method: 'GET',
        path: '/',
        login: 'login',
        handle: ({ headers }) => answerSoon(startPage(), readStart(headers), headers),
      },
      {
        method: 'GET',
        path: '/reports',
        login: 'login',
        link: { name: 'reports', meaning: 'reports about projects and periods that you choose' },
        handle: () => ({ page: reportsPage(opened.reports.library) }),
      },
      {
        method: 'GET',
        path: '/reports/:report',
        login: 'login',
        handle({ params, query, headers }) {
          const definition = opened.reports.library.reports.find(({ name }) => name === params.report);
          if (!definition) return { status: 404, page: noReportPage() };
          const choice = choiceOf(query);
          const file = fileOf(query);
          return file.format === ''
            ? answerSoon(reportPage(definition), read(definition, choice, headers), headers)
            : download(definition, choice, file);
        },
      },
    ],
  };
}

function statusOf(error: unknown): number {
  if (hasCode(error, 'REPORT_NO_ITEM')) return 404;
  return hasCode(error, 'REPORT_USAGE') ? 400 : 503;
}

/** What of the report is to be kept as a file; no format: it is shown as a page. */
interface AskedFile {
  readonly format: string;
  readonly section: string;
}

function fileOf({ format, section }: Readonly<Record<string, unknown>>): AskedFile {
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  return { format: text(format), section: text(section) };
}

function choiceOf(query: Readonly<Record<string, unknown>>): Choice {
  const all = (name: string): string[] =>
    [query[name]].flat().filter((value): value is string => typeof value === 'string' && value !== '');
  const one = (name: string): string => all(name)[0] ?? '';
  const instead = one('instead');
  const [from, to] = instead === '' ? [one('from'), one('to')] : ['', ''];
  const projects = [...all('project'), ...chosenProjects(all('var-project'))];
  // A browser sends the period's list with it.
  const period = from === '' && to === '' ? instead || one('period') : '';
  const { ref } = query;
  const item = ref === undefined ? undefined : one('ref');
  return { projects, item, period, from, to };
}
