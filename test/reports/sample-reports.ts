import { join } from 'node:path';
import { toJson } from '../../src/reports/formats/json.js';
import { loadReports, type ReportLibrary } from '../../src/reports/library.js';
import { createReports, type Reports } from '../../src/reports/reports.js';
import type { ReportResult } from '../../src/reports/result.js';
import type { ParameterValues } from '../../src/taiga/parameters.js';
import { createTaiga } from '../../src/taiga/taiga.js';
import { ROOT } from '../support/bugflow.js';
import { readSampleSql, SAMPLE_NOW } from '../support/ground-truth.js';
import { type Kit, openKit } from '../support/kit.js';
import { startPostgres } from '../support/postgres.js';

export type Rows = readonly Readonly<Record<string, unknown>>[];

/** The sample in a database, and the shipped reports of it. */
export interface SampleReports {
  readonly kit: Kit;
  /** Of the database. */
  readonly url: string;
  /** The rows of a report's sections, by the sections' names; days are those of UTC. */
  sectionsOf(
    report: string,
    projects: readonly string[],
    from: string,
    to?: string,
  ): Promise<Readonly<Record<string, Rows>>>;
  /** The same, read from the history of all items. */
  allSectionsOf(
    report: string,
    projects: readonly string[],
    from: string,
    to?: string,
  ): Promise<Readonly<Record<string, Rows>>>;
  /** The same of the report about an item, at the sample's end. */
  lifeOf(project: string, ref: number): Promise<Readonly<Record<string, Rows>>>;
  close(): Promise<void>;
}

/** Opens the reports with this content of the configuration file, if any. */
export async function openSampleReports(configText = ''): Promise<SampleReports> {
  const cluster = await startPostgres();
  await cluster.query("CREATE DATABASE taiga ENCODING 'UTF8' TEMPLATE template0");
  cluster.load(readSampleSql(), 'taiga');
  const url = cluster.urlWith({ database: 'taiga' });
  const kit = await openKit(url, configText);
  await kit.learn(SAMPLE_NOW);
  const { relations } = kit.library;
  const { calendar, timeZone } = kit.config;
  const { database, values } = kit;
  const library = await loadReports({ shippedFolder: join(ROOT, 'reports'), ownFiles: [] }, relations);
  const open = (bound: (at: Date) => ParameterValues, from: ReportLibrary = library): Reports =>
    createReports({
      taiga: createTaiga({ database, relations, values: bound, allowSuperuser: true }),
      library: from,
      time: { calendar, timeZone },
      taigaUrl: '',
    });
  const reports = open(values);
  const all = open(values, { ...library, get: (name) => ({ ...library.get(name), history: 'all' }) });
  const atTheEnd = open(() => values(SAMPLE_NOW));
  const rowsOf = (result: ReportResult): Readonly<Record<string, Rows>> => {
    const { sections } = JSON.parse(toJson(result)) as {
      readonly sections: readonly { readonly section: string; readonly rows: Rows }[];
    };
    return Object.fromEntries(sections.map(({ section, rows }) => [section, rows]));
  };
  return {
    kit,
    url,
    async sectionsOf(report, projects, from, to) {
      const request = { report, projects, period: { from, to } };
      return rowsOf(await reports.run(request, new Date(SAMPLE_NOW)));
    },
    async allSectionsOf(report, projects, from, to) {
      const request = { report, projects, period: { from, to } };
      return rowsOf(await all.run(request, new Date(SAMPLE_NOW)));
    },
    async lifeOf(project, ref) {
      const request = { report: 'item', projects: [project], item: String(ref), period: {} };
      return rowsOf(await atTheEnd.run(request, new Date(SAMPLE_NOW)));
    },
    async close() {
      await kit.close();
      await cluster.close();
    },
  };
}
