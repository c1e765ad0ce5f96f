import type { Engine } from '../../collectors/engine.js';
import { homePage } from '../../server/pages/home.js';
import type { MenuEntry } from '../../server/pages/layout.js';
import type { Part } from '../part.js';

export interface HomePartOptions {
  readonly version: string;
  readonly engine: () => Pick<Engine, 'runners' | 'databaseUp'>;
  /** The database's address, for the page. */
  readonly databaseTarget: () => string;
  readonly menu: readonly MenuEntry[];
}

/** The start page: what the service offers, and whether it works. */
export function createHomePart({ version, engine, databaseTarget, menu }: HomePartOptions): Part {
  return {
    name: 'home',
    routes: [
      {
        method: 'GET',
        path: '/',
        login: 'login',
        handle() {
          const { runners, databaseUp } = engine();
          return {
            page: homePage({
              ...{ version, runners, menu },
              databaseUp: databaseUp(),
              databaseTarget: databaseTarget(),
              now: Date.now(),
            }),
          };
        },
      },
    ],
  };
}
