import { afterAll, beforeAll, describe, it } from 'vitest';
import { type Cluster, hasPostgres, startPostgres } from '../support/postgres.js';
import { BOARD_SCENARIOS } from './scenarios/boards.js';
import { ITEM_SCENARIOS } from './scenarios/items.js';
import { play } from './scenarios/play.js';
import { PROJECT_SCENARIOS } from './scenarios/projects.js';
import type { Scenarios } from './scenarios/scenario.js';

const SCENARIOS: Scenarios = { ...ITEM_SCENARIOS, ...BOARD_SCENARIOS, ...PROJECT_SCENARIOS };

describe.skipIf(!hasPostgres)(
  'every reading says the same (skipped without PostgreSQL on the machine)',
  () => {
    let server: Cluster;
    beforeAll(async () => {
      server = await startPostgres();
    });
    afterAll(() => server?.close());

    it.each(Object.entries(SCENARIOS))('%s', (name, scenario) =>
      play(server, Object.keys(SCENARIOS).indexOf(name) + 101, scenario),
    );
  },
);
