import type { Engine } from '../../src/collectors/engine.js';
import { loadConfig } from '../../src/config/config.js';
import type { Installation } from '../../src/main/installation.js';
import { firstRunOf } from '../../src/main/parts/collectors.js';
import { createCollectorsPage } from '../../src/main/parts/collectors-page.js';
import { createRunbooksPart } from '../../src/main/parts/runbooks.js';
import { createStatusPart } from '../../src/main/parts/status.js';
import { menuOf } from '../../src/server/mount-routes.js';
import type { Route } from '../../src/server/route.js';
import { NO_RUNBOOKS, type Runbooks } from '../../src/server/runbooks/library.js';
import type { ServerOptions } from '../../src/server/server.js';

/** The data behind a server's pages; functions, because it may change. */
export interface ServerSources extends Pick<Engine, 'openCircuits' | 'databaseUp'> {
  readonly runners: () => Engine['runners'];
  readonly runbooks: Runbooks;
  readonly grafanaUrl: string | undefined;
  readonly reload: (() => Promise<void>) | undefined;
  /** Routes in addition to those of the service's own parts. */
  readonly routes: readonly Route[];
}

/** Options of a server with the service's pages; by default it has no collectors, and a database that works. */
export async function serverOptions({
  runners = () => [],
  openCircuits = () => new Map(),
  databaseUp = () => true,
  runbooks = NO_RUNBOOKS,
  grafanaUrl,
  reload,
  routes: others = [],
}: Partial<ServerSources> = {}): Promise<Pick<ServerOptions, 'routes' | 'waitingFor' | 'reload'>> {
  const installation = await idleInstallation(grafanaUrl);
  const budget = { limit: 1, total: () => 0 };
  const engine = () => ({
    runners: runners(),
    budget,
    openCircuits,
    databaseUp,
    mismatches: () => new Map(),
  });
  const parts = [
    createCollectorsPage({ installation, engine }),
    createRunbooksPart({ installation, runbooks }),
  ];
  const routes = [...parts.flatMap((part) => part.routes ?? []), ...others];
  const status = createStatusPart({
    ...{ version: '1.2.3', engine, menu: menuOf(routes) },
    databaseTarget: () => 'db.example.org:5432',
  });
  return {
    routes: [...routes, ...(status.routes ?? [])],
    waitingFor: () => [firstRunOf(runners())].filter((found) => found !== undefined),
    reload,
  };
}

/** An installation without collectors, whose database is never used. */
export async function idleInstallation(grafanaUrl?: string): Promise<Installation> {
  const config = await loadConfig({
    file: undefined,
    env: { TAIGA_DATABASE_URL: 'postgres://localhost/taiga' },
  });
  return {
    config: { ...config, externalUrls: { ...config.externalUrls, grafana: grafanaUrl } },
    library: { collectors: [], asRead: [], refused: [], relations: { resolve: () => [], has: () => false } },
    reports: {
      reports: [],
      refused: [],
      mayBeRefused: () => false,
      get() {
        throw new Error('there are no reports');
      },
    },
    posts: [],
  };
}
