import { noRunbookPage, runbookPage, runbooksPage } from '../../server/pages/runbooks.js';
import type { RouteRequest } from '../../server/route.js';
import { asSlug, type Destinations } from '../../server/runbooks/destinations.js';
import type { Runbooks } from '../../server/runbooks/library.js';
import type { Installation } from '../installation.js';
import type { Part } from '../part.js';

export interface RunbooksPartOptions {
  readonly installation: Installation;
  readonly runbooks: Runbooks;
}

/** The pages about each alert. */
export function createRunbooksPart({ installation, runbooks }: RunbooksPartOptions): Part {
  let grafana = grafanaOf(installation);
  const destinations = ({ query }: RouteRequest): Destinations => ({
    runbooks,
    project: asSlug(query.project),
    grafana,
  });
  return {
    name: 'runbooks',
    settings: grafanaOf,
    reload(next) {
      grafana = grafanaOf(next);
    },
    routes: [
      {
        method: 'GET',
        path: '/runbooks',
        login: 'login',
        link: { name: 'runbooks', meaning: 'every alert: what it means, how to look, what usually helps' },
        handle: (request) => ({ page: runbooksPage(destinations(request)) }),
      },
      {
        method: 'GET',
        path: '/runbooks/:alert',
        login: 'login',
        handle(request) {
          const page = runbookPage(request.params.alert ?? '', destinations(request));
          return page ? { page } : { status: 404, page: noRunbookPage() };
        },
      },
    ],
  };
}

/** Grafana's address as browsers reach it, for links to dashboards. */
function grafanaOf({ config }: Installation): string | undefined {
  return config.externalUrls.grafana;
}
