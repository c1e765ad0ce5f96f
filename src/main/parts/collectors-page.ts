import type { Engine } from '../../collectors/engine.js';
import { type CollectorsPageFacts, collectorsPage } from '../../server/pages/collectors.js';
import type { Installation } from '../installation.js';
import type { Part } from '../part.js';
import { refusedFamilies, refusedFiles } from '../refused-files.js';
import { collectorFamilies } from './collector-families.js';

export interface CollectorsPageOptions {
  readonly installation: Installation;
  readonly engine: () => Pick<Engine, 'runners' | 'budget' | 'mismatches' | 'openCircuits'>;
}

/** The state of the collectors: the page `/collectors`, and their metrics. */
export function createCollectorsPage({ installation, engine }: CollectorsPageOptions): Part {
  let shown = settingsOf(installation);
  let refused = refusedFiles(installation);
  return {
    name: 'collectors page',
    settings: (next) => ({ ...settingsOf(next), refused: refusedFiles(next) }),
    reload(next) {
      shown = settingsOf(next);
      refused = refusedFiles(next);
    },
    families: () => [...collectorFamilies(engine()), ...refusedFamilies(refused)],
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
            page: collectorsPage({ runners, openCircuits: openCircuits(), ...shown, now: Date.now() }),
          };
        },
      },
    ],
  };
}

function settingsOf({ config, library }: Installation): Pick<CollectorsPageFacts, 'rowSamples' | 'refused'> {
  return { rowSamples: config.web.rowSamples, refused: library.refused };
}
