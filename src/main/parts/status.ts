import type { Engine } from '../../collectors/engine.js';
import type { MenuEntry } from '../../server/pages/layout.js';
import { statusPage } from '../../server/pages/status.js';
import type { Part } from '../part.js';

export interface StatusPartOptions {
  readonly version: string;
  readonly engine: () => Pick<Engine, 'runners' | 'databaseUp'>;
  /** The database's address, for the page. */
  readonly databaseTarget: () => string;
  readonly menu: readonly MenuEntry[];
}

/** `/status`: whether the service works, and what it offers. */
export function createStatusPart({ version, engine, databaseTarget, menu }: StatusPartOptions): Part {
  return {
    name: 'status',
    routes: [
      {
        method: 'GET',
        path: '/status',
        login: 'login',
        link: { name: 'status', meaning: 'whether the service works' },
        handle() {
          const { runners, databaseUp } = engine();
          return {
            page: statusPage({
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
