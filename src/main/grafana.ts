import { fileURLToPath } from 'node:url';
import type { LoginFiles } from '../config/login-files.js';
import { withoutSlash } from '../config/web-address.js';
import { createGrafanaClient } from '../grafana/client.js';
import { readCredentials } from '../grafana/credentials.js';
import { readDashboards } from '../grafana/dashboard.js';
import { type Published, publish } from '../grafana/publish.js';
import type { Project } from '../grafana/walls.js';
import type { Access } from '../http/http-target.js';
import type { RetryPolicy } from '../http/retry.js';
import { type ParameterValues, parameterValues } from '../taiga/parameters.js';
import { createTaiga } from '../taiga/taiga.js';
import type { Installation } from './installation.js';
import { openDatabase } from './open-database.js';
import { formatTable } from './table.js';

/** The folder `dashboards/json/` that ships with the package; the path works from `src/main` and `dist/main`. */
export const SHIPPED_DASHBOARDS = fileURLToPath(new URL('../../dashboards/json', import.meta.url));

export interface GrafanaCommandOptions {
  /** The address as this machine reaches it. */
  readonly url: string;
  readonly credentials: LoginFiles;
  /** Headers in addition, such as a gateway in front of it wants. */
  readonly access?: Access | undefined;
  readonly folder: string | undefined;
  readonly datasource: string | undefined;
  readonly playlistOnly: boolean;
  readonly waitMs: number;
  /** The folder of the dashboards' JSON. */
  readonly dashboardsFolder: string;
  readonly version: string;
  readonly now: Date;
  readonly print: (line: string) => void;
  readonly retry?: RetryPolicy;
}

/** Puts the dashboards, a wall for each project, and the playlist of the walls into a Grafana. @throws BugflowError */
export async function grafana(installation: Installation, options: GrafanaCommandOptions): Promise<void> {
  const { print, now } = options;
  const { externalUrls } = installation.config;
  const url = withoutSlash(options.url);
  const dashboards = await readDashboards(options.dashboardsFolder);
  const client = createGrafanaClient({
    url,
    credentials: await readCredentials(options.credentials),
    access: options.access,
    waitMs: options.waitMs,
    print,
    ...(options.retry && { retry: options.retry }),
  });
  try {
    const grafanaVersion = await client.contact();
    const published = await publish(client, {
      dashboards,
      projects: await readProjects(installation, now),
      folder: options.folder,
      datasource: options.datasource,
      playlistOnly: options.playlistOnly,
      waitMs: options.waitMs,
      addresses: { exporter: externalUrls.exporter, alertmanager: externalUrls.alertmanager },
      message: `taiga-bugflow ${options.version}`,
    });
    const version = grafanaVersion ?? '(of an unknown version)';
    const head = `Grafana ${version} at ${url}, data source "${published.datasource.name}"`;
    for (const line of [...columns([[head]]), ...describe(published, externalUrls.grafana ?? url)])
      print(line);
  } finally {
    await client.close();
  }
}

/** Far more than any Taiga has, but still few enough for memory. */
const MAX_PROJECTS = 100_000;

/** The projects that the exporter exports, sorted by name. */
async function readProjects({ config, library }: Installation, now: Date): Promise<readonly Project[]> {
  const { database } = openDatabase(config, { onIdleError: () => undefined });
  try {
    const { allowSuperuser } = config.database;
    const { relations } = library;
    const values = (): ParameterValues => parameterValues(config, now);
    const taiga = createTaiga({ database, relations, values, allowSuperuser });
    const { columns, rows } = await taiga.query({
      askedBy: { kind: 'command', name: 'grafana' },
      from: { relation: 'project' },
      limit: MAX_PROJECTS,
    });
    const names = columns.map((column) => column.name);
    const [slug, name] = [names.indexOf('project'), names.indexOf('project_name')];
    return inOrder(rows.map((row) => ({ slug: row[slug] ?? '', name: row[name] ?? '' })));
  } finally {
    await database.close();
  }
}

function inOrder(projects: readonly Project[]): readonly Project[] {
  const { compare } = new Intl.Collator('en', { numeric: true });
  return projects.toSorted((a, b) => compare(a.name, b.name) || compare(a.slug, b.slug));
}

/** What was done, and what to open on the TV. `address` is Grafana's, as browsers reach it. */
function describe(published: Published, address: string): string[] {
  const { folder, dashboards, walls, deleted, playlist } = published;
  const kiosk = (path: string): string => `${address}${path}?kiosk&autofitpanels`;
  const changes: string[][] = [
    ...(folder ? [[folder.change, `folder "${folder.title}"`]] : []),
    ...[...dashboards, ...walls, ...deleted].map(({ change, title }) => [change, `dashboard "${title}"`]),
    ...(playlist
      ? [[playlist.change, `playlist "${playlist.title}", ${playlist.interval} for each of ${walls.length}`]]
      : []),
  ];
  const lines = columns(changes);
  if (!playlist) {
    return [
      ...lines,
      'No project is exported yet, so there are no walls to show: check `projects` in the configuration, and run this again.',
    ];
  }
  return [
    ...lines,
    '',
    'For the TV, every wall in turn:',
    `  ${kiosk(`/playlists/play/${playlist.uid}`)}`,
    'One wall alone:',
    ...columns(walls.map(({ title, uid }) => [title, kiosk(`/d/${uid}`)])).map((line) => `  ${line}`),
  ];
}

function columns([first = [], ...others]: readonly (readonly string[])[]): string[] {
  return formatTable(first, others);
}
