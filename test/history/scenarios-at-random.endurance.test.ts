import { afterAll, beforeAll, describe, it } from 'vitest';
import { seeds } from '../support/effort.js';
import { type Cluster, hasPostgres, startPostgres } from '../support/postgres.js';
import { stepsAtRandom } from './scenarios/at-random.js';
import { play } from './scenarios/play.js';

describe.skipIf(!hasPostgres)(
  'every reading says the same (skipped without PostgreSQL on the machine)',
  () => {
    let server: Cluster;
    beforeAll(async () => {
      server = await startPostgres();
    });
    afterAll(() => server?.close());

    it.each(seeds(201, 1))('whatever happens (seed %i)', (seed) =>
      play(server, seed, (team) => stepsAtRandom(team, 6)),
    );
  },
);
