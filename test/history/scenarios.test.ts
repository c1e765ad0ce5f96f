import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EveryReading } from '../support/every-reading.js';
import { type Kit, openKit } from '../support/kit.js';
import { type Cluster, hasPostgres, startPostgres } from '../support/postgres.js';
import { Team } from '../support/team.js';
import { BOARD_SCENARIOS } from './scenarios/boards.js';
import { ITEM_SCENARIOS } from './scenarios/items.js';
import { PROJECT_SCENARIOS } from './scenarios/projects.js';
import type { Scenarios } from './scenarios/scenario.js';

const SCENARIOS: Scenarios = { ...ITEM_SCENARIOS, ...BOARD_SCENARIOS, ...PROJECT_SCENARIOS };

describe.skipIf(!hasPostgres)('scenarios (skipped without PostgreSQL on the machine)', () => {
  let server: Cluster;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.close());

  /** A team that has been at it for a while, and all who read it. */
  const withTeam = async (
    seed: number,
    play: (team: Team, read: EveryReading) => Promise<void>,
  ): Promise<void> => {
    const team = new Team(seed);
    const kit: Kit = await openKit(server.url);
    try {
      // Without deleting columns, which the scenarios do.
      team.leavesTraces = true;
      for (let i = 0; i < 15; i++) team.anything();
      team.leavesTraces = false;
      await play(team, new EveryReading(kit));
    } finally {
      await team.close();
      await kit.close();
    }
  };

  it.each(Object.entries(SCENARIOS))('every reading says the same: %s', async (name, scenario) => {
    await withTeam(Object.keys(SCENARIOS).indexOf(name) + 101, async (team, read) => {
      const steps = scenario(team);
      await team.load(server);
      let recordsTell = true;
      for (const step of [{ what: 'at the beginning', deed: () => undefined }, ...steps]) {
        await step.deed();
        await team.write();
        // What records do not tell, they do not tell afterwards either.
        recordsTell &&= step.recordsTell ?? true;
        const found = await read.compare(team.now, { recordsTell, loses: step.loses ?? false });
        expect([step.what, found]).toEqual([step.what, {}]);
      }
    });
  });
});
