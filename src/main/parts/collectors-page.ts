import type { Engine } from '../../collectors/engine.js';
import { collectorsPage } from '../../server/pages/collectors.js';
import type { Installation } from '../installation.js';
import type { Part } from '../part.js';
import { collectorFamilies } from './collector-families.js';

export interface CollectorsPageOptions {
  readonly installation: Installation;
  readonly engine: () => Pick<Engine, 'runners' | 'budget' | 'mismatches' | 'openCircuits'>;
}

/** The state of the collectors: the page `/collectors`, and their metrics. */
export function createCollectorsPage({ installation, engine }: CollectorsPageOptions): Part {
  let rowSamples = rowSamplesOf(installation);
  return {
    name: 'collectors page',
    settings: rowSamplesOf,
    reload(next) {
      rowSamples = rowSamplesOf(next);
    },
    families: () => collectorFamilies(engine()),
    routes: [
      {
        method: 'GET',
        path: '/collectors',
        login: 'login',
        link: {
          name: 'collectors',
          meaning: 'every collector: what it means, its SQL, its last run, some of its rows',
        },
        handle() {
          const { runners, openCircuits } = engine();
          return {
            page: collectorsPage({ runners, openCircuits: openCircuits(), rowSamples, now: Date.now() }),
          };
        },
      },
    ],
  };
}

function rowSamplesOf({ config }: Installation): boolean {
  return config.web.rowSamples;
}
